package collection

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

// allowChildren lets the state machine run and redrive the child executions of its distributed map. This is a separate
// policy because it contains the state machine's ARN.
// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
func (s *Stack) allowChildren() {
	machine := *s.Machine.StateMachineArn()
	name := *s.Machine.StateMachineName()
	children := []awsiam.PolicyStatement{
		function.Allow([]string{"states:StartExecution"}, machine),
		function.Allow([]string{"states:DescribeExecution", "states:StopExecution"}, *s.formatARN("states", "execution:"+name+":*"), *s.formatARN("states", "execution:"+name+"/*")),
		function.Allow([]string{"states:RedriveExecution"}, *s.formatARN("states", "execution:"+name+"/*")),
	}
	role := s.Node().FindChild(jsii.String("CollectRole")).(awsiam.Role)
	awsiam.NewPolicy(s.Stack, jsii.String("CollectChildren"), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{role}, Statements: &children,
	})
}

func (s *Stack) formatARN(service, resource string) *string {
	return s.FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME})
}

// buildCollectorID returns the logical id of a source's function.
func buildCollectorID(name string) string { return "Collect" + strings.ToUpper(name[:1]) + name[1:] }

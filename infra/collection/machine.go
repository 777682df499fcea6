package collection

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

// allowChildren lets the machine run the child executions of its distributed map, and redrive them. A policy of its own,
// because it names the machine.
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

func lower(text string) string { return strings.ToLower(text) }

// buildCollectorID is the logical id of a source's function.
func buildCollectorID(word string) string { return "Collect" + strings.ToUpper(word[:1]) + word[1:] }

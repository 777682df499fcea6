package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// endpointServices lists the services that the instance uses besides S3: Systems Manager, for notifications of new
// snapshots, and CloudWatch Logs. The agent of Amazon Linux 2023 does not need ec2messages.
var endpointServices = []struct{ id, service string }{
	{"SystemsManager", "ssm"}, {"SystemsManagerMessages", "ssmmessages"}, {"LogsEndpoint", "logs"},
}

// newEndpoints creates endpoints in the isolated network, for the loaders' security group and this account only.
func (b *builder) newEndpoints() constructs.IDependable {
	network := b.hub.Network
	group := awsec2.NewSecurityGroup(b.Stack, jsii.String("EndpointGroup"), &awsec2.SecurityGroupProps{
		Vpc: network.Vpc, Description: jsii.String("Endpoints of the receiver"), AllowAllOutbound: jsii.Bool(false),
	})
	group.AddIngressRule(network.Loaders, awsec2.Port_Tcp(jsii.Number(443)), jsii.String("the receiver"), nil)
	var endpoints []constructs.IDependable
	for _, e := range endpointServices {
		endpoint := awsec2.NewInterfaceVpcEndpoint(b.Stack, jsii.String(e.id), &awsec2.InterfaceVpcEndpointProps{
			Vpc: network.Vpc, Subnets: network.Subnets, SecurityGroups: &[]awsec2.ISecurityGroup{group}, Open: jsii.Bool(false),
			Service:           awsec2.NewInterfaceVpcEndpointAwsService(jsii.String(e.service), nil, nil, nil),
			PrivateDnsEnabled: jsii.Bool(true),
		})
		endpoint.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()}, Actions: jsii.Strings(e.service + ":*"), Resources: jsii.Strings("*"),
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": *b.Account()}},
		}))
		endpoints = append(endpoints, endpoint)
	}
	return constructs.NewDependencyGroup(endpoints...)
}

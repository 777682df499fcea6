package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// endpointServices are all that the instance reaches beside S3: Systems Manager, to be told that a snapshot has arrived,
// and the logs. The agent of Amazon Linux 2023 needs no ec2messages.
var endpointServices = []struct{ id, service string }{
	{"SystemsManager", "ssm"}, {"SystemsManagerMessages", "ssmmessages"}, {"LogsEndpoint", "logs"},
}

// newEndpoints are the ways out of the isolated network, for the security group of the loaders and this account alone.
func (b *builder) newEndpoints() constructs.IDependable {
	network := b.hub.Network
	group := awsec2.NewSecurityGroup(b.Stack, jsii.String("EndpointGroup"), &awsec2.SecurityGroupProps{
		Vpc: network.Vpc, Description: jsii.String("Endpoints of the receiver"), AllowAllOutbound: jsii.Bool(false),
	})
	group.AddIngressRule(network.Loaders, awsec2.Port_Tcp(jsii.Number(443)), jsii.String("the receiver"), nil)
	var made []constructs.IDependable
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
		made = append(made, endpoint)
	}
	return constructs.NewDependencyGroup(made...)
}

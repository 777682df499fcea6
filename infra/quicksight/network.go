package quicksight

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// newConnection creates the VPC connection of QuickSight to the database and returns its ARN.
func (b *builder) newConnection() string {
	network, database := b.hub.Network, b.hub.Database
	group := awsec2.NewSecurityGroup(b.Stack, jsii.String("Group"), &awsec2.SecurityGroupProps{
		Vpc: network.Vpc, AllowAllOutbound: jsii.Bool(false), Description: jsii.String("Network interfaces of QuickSight"),
	})
	port := awsec2.Port_Tcp(jsii.Number(database.Port))
	group.AddEgressRule(database.Group, port, jsii.String("to the database"), nil)
	// Security groups of QuickSight's interfaces are stateless: responses need a rule.
	group.AddIngressRule(database.Group, awsec2.Port_AllTcp(), jsii.String("responses of the database"), nil)
	awsec2.NewCfnSecurityGroupIngress(b.Stack, jsii.String("FromQuickSight"), &awsec2.CfnSecurityGroupIngressProps{
		GroupId: database.Group.SecurityGroupId(), SourceSecurityGroupId: group.SecurityGroupId(),
		IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(database.Port), ToPort: jsii.Number(database.Port),
		Description: jsii.String("QuickSight"),
	})
	subnets := []any{}
	for _, id := range *network.Vpc.SelectSubnets(network.Subnets).SubnetIds {
		subnets = append(subnets, *id)
	}
	role := b.newNetworkRole(subnets, *group.SecurityGroupId())
	connection := b.newResource("Connection", "VPCConnection", object{
		"VPCConnectionId": b.buildID("database"), "Name": b.buildID("database"), "RoleArn": *role.RoleArn(),
		"SubnetIds": subnets, "SecurityGroupIds": []any{*group.SecurityGroupId()},
	})
	return getARN(connection)
}

// newNetworkRole creates the role of QuickSight to manage network interfaces, which it creates only in the subnets and with
// the security group of the connection. Describe actions support no resources.
// https://docs.aws.amazon.com/quicksight/latest/user/vpc-creating-a-connection-in-quicksight-cli.html
func (b *builder) newNetworkRole(subnets []any, group string) awsiam.Role {
	interfaces := []*string{b.formatARN("ec2", "network-interface/*"), b.formatARN("ec2", "security-group/"+group)}
	for _, id := range subnets {
		interfaces = append(interfaces, b.formatARN("ec2", "subnet/"+id.(string)))
	}
	return awsiam.NewRole(b.Stack, jsii.String("NetworkRole"), &awsiam.RoleProps{
		AssumedBy:   b.newServicePrincipal(),
		Description: jsii.String("Lets QuickSight reach the database"),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"interfaces": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
			Statements: &[]awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Actions:   jsii.Strings("ec2:CreateNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:DeleteNetworkInterface"),
					Resources: &interfaces,
				}),
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Actions:   jsii.Strings("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"),
					Resources: jsii.Strings("*"),
				}),
			},
		})},
	})
}

// newServicePrincipal returns the QuickSight service, acting for this account.
func (b *builder) newServicePrincipal() awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(jsii.String("quicksight.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": object{"aws:SourceAccount": *b.Account()}},
	})
}

// formatARN returns the ARN of a resource in the stack's account and region.
func (b *builder) formatARN(service, resource string) *string {
	return b.FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME})
}

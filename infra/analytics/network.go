package analytics

import (
	"fmt"
	"net/netip"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/config"
	"view360/infra/function"
)

// newNetwork creates a network of isolated subnets, or imports the existing one. Either way it can reach only S3, through
// a gateway endpoint, which is free.
func (h *Hub) newNetwork() Network {
	attributes := &awsec2.VpcAttributes{}
	if e := h.Config.Network.Existing; e != nil {
		attributes.VpcId, attributes.AvailabilityZones = &e.VPC, jsii.Strings(e.Zones...)
		attributes.IsolatedSubnetIds = jsii.Strings(e.Subnets...)
		if !e.S3Endpoint {
			h.newEndpoint(e.VPC, e.RouteTables)
		}
	} else {
		h.newSubnets(attributes)
	}
	n := Network{
		Vpc:     awsec2.Vpc_FromVpcAttributes(h.Stack, jsii.String("Network"), attributes),
		Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
	}
	loaders := awsec2.NewSecurityGroup(h.Stack, jsii.String("Loaders"), &awsec2.SecurityGroupProps{
		Vpc: n.Vpc, Description: jsii.String("What loads snapshots into the database"), AllowAllOutbound: jsii.Bool(false),
	})
	loaders.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(443)), jsii.String("S3, by its gateway endpoint"), nil)
	n.Loaders = loaders
	h.connectivity = append(h.connectivity, loaders)
	return n
}

// newSubnets creates the VPC and its subnets. Its zones are the account's first ones, which need no lookup.
func (h *Hub) newSubnets(attributes *awsec2.VpcAttributes) {
	vpc := awsec2.NewCfnVPC(h.Stack, jsii.String("Vpc"), &awsec2.CfnVPCProps{
		CidrBlock: &h.Config.Network.CIDR, EnableDnsSupport: jsii.Bool(true), EnableDnsHostnames: jsii.Bool(true),
		Tags: h.buildNameTag(""),
	})
	routes := awsec2.NewCfnRouteTable(h.Stack, jsii.String("Routes"), &awsec2.CfnRouteTableProps{VpcId: vpc.Ref(), Tags: h.buildNameTag(" isolated")})
	var zones, subnets []*string
	for i := range h.Config.Network.Zones {
		zone := awscdk.Fn_Select(jsii.Number(i), awscdk.Fn_GetAzs(nil))
		subnet := awsec2.NewCfnSubnet(h.Stack, jsii.String(fmt.Sprintf("Subnet%d", i+1)), &awsec2.CfnSubnetProps{
			VpcId: vpc.Ref(), AvailabilityZone: zone, CidrBlock: jsii.String(computeSubnetCIDR(h.Config.Network.CIDR, i)),
			MapPublicIpOnLaunch: jsii.Bool(false), Tags: h.buildNameTag(fmt.Sprintf(" isolated %d", i+1)),
		})
		association := awsec2.NewCfnSubnetRouteTableAssociation(h.Stack, jsii.String(fmt.Sprintf("Subnet%dRoutes", i+1)), &awsec2.CfnSubnetRouteTableAssociationProps{
			SubnetId: subnet.Ref(), RouteTableId: routes.Ref(),
		})
		h.connectivity = append(h.connectivity, association)
		zones, subnets = append(zones, zone), append(subnets, subnet.Ref())
	}
	attributes.VpcId, attributes.AvailabilityZones, attributes.IsolatedSubnetIds = vpc.Ref(), &zones, &subnets
	h.newEndpoint(*vpc.Ref(), []string{*routes.Ref()})
	h.newFlowLog(vpc)
}

// computeSubnetCIDR returns the i-th of eight equal parts of a network.
func computeSubnetCIDR(network string, i int) string {
	prefix := netip.MustParsePrefix(network) // checked with the configuration
	address := prefix.Addr().As4()
	number := uint32(address[0])<<24 | uint32(address[1])<<16 | uint32(address[2])<<8 | uint32(address[3])
	bits := prefix.Bits() + 3
	number += uint32(i) << (32 - bits)
	part := netip.AddrFrom4([4]byte{byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)})
	return netip.PrefixFrom(part, bits).String()
}

// newEndpoint creates the S3 gateway endpoint, for the data bucket and the responses of custom resources.
func (h *Hub) newEndpoint(vpc string, routeTables []string) {
	statements := []awsiam.PolicyStatement{
		allowAnyone([]string{"s3:GetObject*", "s3:PutObject", "s3:DeleteObject*", "s3:ListBucket*", "s3:AbortMultipartUpload"},
			*h.Bucket.BucketArn(), *h.Bucket.ArnForObjects(jsii.String("*"))),
		allowAnyone([]string{"s3:PutObject"}, "arn:"+*h.Partition()+":s3:::cloudformation-custom-resource-response-*/*"),
	}
	if h.Config.Loading.With == config.Instance { // its program, and the packages of Amazon Linux
		statements = append(statements, allowAnyone([]string{"s3:GetObject*", "s3:ListBucket*"},
			"arn:"+*h.Partition()+":s3:::cdk-*-assets-"+*h.Account()+"-"+*h.Region()+"*",
			"arn:"+*h.Partition()+":s3:::al2023-repos-"+*h.Region()+"-*"))
	}
	endpoint := awsec2.NewCfnVPCEndpoint(h.Stack, jsii.String("S3Endpoint"), &awsec2.CfnVPCEndpointProps{
		VpcId: &vpc, VpcEndpointType: jsii.String("Gateway"), ServiceName: jsii.String("com.amazonaws." + *h.Region() + ".s3"),
		RouteTableIds:  toAnys(*jsii.Strings(routeTables...)),
		PolicyDocument: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
	})
	h.connectivity = append(h.connectivity, endpoint)
}

// allowAnyone returns a statement that allows actions to all principals. An endpoint's policy grants nothing by itself.
func allowAnyone(actions []string, resources ...string) awsiam.PolicyStatement {
	s := function.Allow(actions, resources...)
	s.AddPrincipals(awsiam.NewStarPrincipal())
	return s
}

// newFlowLog logs the connections that the security groups reject.
func (h *Hub) newFlowLog(vpc awsec2.CfnVPC) {
	logs := awslogs.NewLogGroup(h.Stack, jsii.String("FlowLogs"), &awslogs.LogGroupProps{
		Retention: function.ToRetention(h.Config.Logs.Days), EncryptionKey: h.OperationsKey, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, *logs.LogGroupArn()),
		function.Allow([]string{"logs:DescribeLogGroups"}, "*"),
	}
	role := awsiam.NewRole(h.Stack, jsii.String("FlowLogRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("vpc-flow-logs.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *h.Account()}},
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"logs": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements})},
	})
	awsec2.NewCfnFlowLog(h.Stack, jsii.String("FlowLog"), &awsec2.CfnFlowLogProps{
		ResourceId: vpc.Ref(), ResourceType: jsii.String("VPC"), TrafficType: jsii.String("REJECT"),
		LogDestinationType: jsii.String("cloud-watch-logs"), LogDestination: logs.LogGroupArn(), DeliverLogsPermissionArn: role.RoleArn(),
	})
}

// buildNameTag returns the Name tag, which the console shows.
func (h *Hub) buildNameTag(suffix string) *[]*awscdk.CfnTag {
	return &[]*awscdk.CfnTag{{Key: jsii.String("Name"), Value: jsii.String(h.Config.Name + suffix)}}
}

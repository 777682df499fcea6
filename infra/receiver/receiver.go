// Package receiver is the optional stack that loads snapshots on an EC2 instance instead of with Lambda: one small
// instance in the isolated network that runs functions/receiver at night and when a snapshot arrives. It accepts no
// connections; operators use Session Manager.
//
// The instance has no state: a new program or image replaces it, and the new instance loads unfinished snapshots again.
package receiver

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/bundle"
	"view360/infra/function"
)

// builder creates the resources of one stack.
type builder struct {
	awscdk.Stack
	hub  *analytics.Hub
	logs awslogs.LogGroup
}

// NewStack creates the stack, which uses the hub's network, bucket and database.
func NewStack(scope constructs.Construct, id string, hub *analytics.Hub, build bundle.Build, props *awscdk.StackProps) awscdk.Stack {
	b := &builder{Stack: awscdk.NewStack(scope, &id, props), hub: hub}
	b.logs = awslogs.NewLogGroup(b.Stack, jsii.String("Logs"), &awslogs.LogGroupProps{
		Retention: function.ToRetention(hub.Config.Logs.Days), EncryptionKey: hub.OperationsKey, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	program := awss3assets.NewAsset(b.Stack, jsii.String("Program"), &awss3assets.AssetProps{
		Path: jsii.String(build.Zip("receiver", hub.Certificates()...)),
	})
	instance := b.newInstance(program)
	instance.Node().AddDependency(b.newEndpoints())
	b.newArrivals(instance)
	b.newAlarms(instance)
	awscdk.NewCfnOutput(b.Stack, jsii.String("Instance"), &awscdk.CfnOutputProps{
		Value: instance.InstanceId(), Description: jsii.String("The receiver; aws ssm start-session --target ID opens a shell"),
	})
	return b.Stack
}

// newInstance creates the arm64 instance with the configured image.
func (b *builder) newInstance(program awss3assets.Asset) awsec2.Instance {
	f := b.hub.Config.Loading
	role := b.newRole(program)
	instance := awsec2.NewInstance(b.Stack, jsii.String("Receiver"), &awsec2.InstanceProps{
		InstanceType: awsec2.NewInstanceType(&f.Type),
		MachineImage: awsec2.MachineImage_GenericLinux(&map[string]*string{b.hub.Config.Hub.Region: &f.Image}, nil),
		Vpc:          b.hub.Network.Vpc, VpcSubnets: b.hub.Network.Subnets, SecurityGroup: b.hub.Network.Loaders,
		Role: role, UserData: awsec2.UserData_Custom(jsii.String(b.buildSetup(program))), UserDataCausesReplacement: jsii.Bool(true),
		HttpTokens: awsec2.HttpTokens_REQUIRED, HttpPutResponseHopLimit: jsii.Number(1), // IMDSv2, for this instance only
		DetailedMonitoring: jsii.Bool(true), EbsOptimized: jsii.Bool(true),
		InstanceName: jsii.String(b.hub.Config.Name + " receiver"),
		BlockDevices: &[]*awsec2.BlockDevice{{
			DeviceName: jsii.String("/dev/xvda"),
			Volume: awsec2.BlockDeviceVolume_Ebs(jsii.Number(8), &awsec2.EbsDeviceOptions{
				Encrypted: jsii.Bool(true), VolumeType: awsec2.EbsDeviceVolumeType_GP3, DeleteOnTermination: jsii.Bool(true),
			}),
		}},
	})
	instance.Node().AddDependency(role) // the setup needs its permissions
	return instance
}

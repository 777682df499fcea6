package serviceresources

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancers "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

const (
	balancerPage = 400
	groupPage    = 100
	functionPage = 50
)

func (api API) balancerList(scope collect.Scope) list {
	return list{Name: "load balancers", Read: func(ctx context.Context, visit visit) error {
		p := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(api.ELB, &elasticloadbalancingv2.DescribeLoadBalancersInput{PageSize: aws.Int32(balancerPage)},
			func(o *elasticloadbalancingv2.DescribeLoadBalancersPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *elasticloadbalancingv2.DescribeLoadBalancersOutput) []balancers.LoadBalancer {
			return page.LoadBalancers
		},
			func(b balancers.LoadBalancer) snapshot.ServiceResource { return toBalancer(b, scope.Region) }, visit)
	}}
}

func toBalancer(b balancers.LoadBalancer, region string) snapshot.ServiceResource {
	zones := make([]string, len(b.AvailabilityZones))
	for i, zone := range b.AvailabilityZones {
		zones[i] = aws.ToString(zone.ZoneName)
	}
	r := snapshot.ServiceResource{
		ServiceName: "ELB", ResourceType: "LoadBalancer", ResourceID: aws.ToString(b.LoadBalancerName),
		ResourceName: aws.ToString(b.LoadBalancerName), Region: &region, AvailabilityZone: aws.String(strings.Join(zones, ",")),
		Type: snapshot.Text(b.Type), Scheme: snapshot.Text(b.Scheme), ARN: b.LoadBalancerArn,
	}
	if b.State != nil {
		r.State = snapshot.Text(b.State.Code)
	}
	return r
}

func (api API) groupList(scope collect.Scope) list {
	return list{Name: "Auto Scaling groups", Read: func(ctx context.Context, visit visit) error {
		p := autoscaling.NewDescribeAutoScalingGroupsPaginator(api.AutoScaling, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(groupPage)},
			func(o *autoscaling.DescribeAutoScalingGroupsPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *autoscaling.DescribeAutoScalingGroupsOutput) []groups.AutoScalingGroup {
			return page.AutoScalingGroups
		},
			func(g groups.AutoScalingGroup) snapshot.ServiceResource { return toGroup(g, scope.Region) }, visit)
	}}
}

func toGroup(g groups.AutoScalingGroup, region string) snapshot.ServiceResource {
	state, instances := "Inactive", len(g.Instances)
	if instances > 0 {
		state = "Active"
	}
	return snapshot.ServiceResource{
		ServiceName: "AutoScaling", ResourceType: "AutoScalingGroup", ResourceID: aws.ToString(g.AutoScalingGroupName),
		ResourceName: aws.ToString(g.AutoScalingGroupName), Region: &region,
		AvailabilityZone: aws.String(strings.Join(g.AvailabilityZones, ",")), State: &state, InstanceCount: &instances,
		MinSize: toInt(g.MinSize), MaxSize: toInt(g.MaxSize), ARN: g.AutoScalingGroupARN,
	}
}

// functionList reads pages of 50, the most that Lambda returns.
func (api API) functionList(scope collect.Scope) list {
	return list{Name: "functions", Read: func(ctx context.Context, visit visit) error {
		p := lambda.NewListFunctionsPaginator(api.Lambda, &lambda.ListFunctionsInput{MaxItems: aws.Int32(functionPage)},
			func(o *lambda.ListFunctionsPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *lambda.ListFunctionsOutput) []functions.FunctionConfiguration { return page.Functions },
			func(f functions.FunctionConfiguration) snapshot.ServiceResource { return toFunction(f, scope.Region) }, visit)
	}}
}

// Defaults of Lambda for a configuration without the member, in the units of the API.
const (
	defaultMemory  = 128
	defaultStorage = 512
)

// toFunction sets the members to the constants that readers expect of a function (D71). The list has no state.
func toFunction(f functions.FunctionConfiguration, region string) snapshot.ServiceResource {
	memory, storage := int32(defaultMemory), int32(defaultStorage)
	if f.MemorySize != nil {
		memory = *f.MemorySize
	}
	if f.EphemeralStorage != nil && f.EphemeralStorage.Size != nil {
		storage = *f.EphemeralStorage.Size
	}
	architecture, vpc := functions.ArchitectureX8664, ""
	if len(f.Architectures) > 0 {
		architecture = f.Architectures[0]
	}
	if f.VpcConfig != nil {
		vpc = aws.ToString(f.VpcConfig.VpcId)
	}
	size := float64(memory) / 1024
	return snapshot.ServiceResource{
		ServiceName: "Lambda", ResourceType: "Function", ResourceID: aws.ToString(f.FunctionArn), ResourceName: aws.ToString(f.FunctionName),
		Region: &region, AvailabilityZone: aws.String("Generic"), State: snapshot.Text(f.State), InstanceType: snapshot.Text(f.Runtime),
		VPCID: &vpc, Engine: snapshot.Text(f.Runtime), InstanceClass: aws.String(""), MultiAZ: aws.Bool(true), SizeGB: &size,
		VolumeType: aws.String("EphemeralStorage"), CreationDate: f.LastModified, Type: snapshot.Text(f.PackageType),
		Scheme: snapshot.Text(architecture), InstanceCount: aws.Int(1), MaxSize: toInt(&storage), ARN: f.FunctionArn,
	}
}

func toInt(n *int32) *int {
	if n == nil {
		return nil
	}
	return aws.Int(int(*n))
}

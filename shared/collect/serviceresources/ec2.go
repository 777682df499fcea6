package serviceresources

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// ec2Page is the maximum page size of DescribeInstances, DescribeVolumes and DescribeSubnets.
const ec2Page = 1000

// instanceList includes terminated instances as long as EC2 lists them.
func (api API) instanceList(scope collect.Scope) list {
	return list{Name: "instances", Read: func(ctx context.Context, visit visit) error {
		p := ec2.NewDescribeInstancesPaginator(api.EC2, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(ec2Page)},
			func(o *ec2.DescribeInstancesPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), instancesOf,
			func(i types.Instance) snapshot.ServiceResource { return toInstance(i, scope.Region) }, visit)
	}}
}

func instancesOf(page *ec2.DescribeInstancesOutput) []types.Instance {
	var instances []types.Instance
	for _, reservation := range page.Reservations {
		instances = append(instances, reservation.Instances...)
	}
	return instances
}

func toInstance(i types.Instance, region string) snapshot.ServiceResource {
	r := snapshot.ServiceResource{
		ServiceName: "EC2", ResourceType: "Instance", ResourceID: aws.ToString(i.InstanceId), ResourceName: findName(i.Tags),
		Region: &region, InstanceType: snapshot.Text(i.InstanceType), VPCID: i.VpcId,
	}
	if i.Placement != nil {
		r.AvailabilityZone = i.Placement.AvailabilityZone
	}
	if i.State != nil {
		r.State = snapshot.Text(i.State.Name)
	}
	return r
}

func (api API) volumeList(scope collect.Scope) list {
	return list{Name: "volumes", Read: func(ctx context.Context, visit visit) error {
		p := ec2.NewDescribeVolumesPaginator(api.EC2, &ec2.DescribeVolumesInput{MaxResults: aws.Int32(ec2Page)},
			func(o *ec2.DescribeVolumesPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *ec2.DescribeVolumesOutput) []types.Volume { return page.Volumes },
			func(v types.Volume) snapshot.ServiceResource { return toVolume(v, scope.Region) }, visit)
	}}
}

func toVolume(v types.Volume, region string) snapshot.ServiceResource {
	size := float64(aws.ToInt32(v.Size))
	return snapshot.ServiceResource{
		ServiceName: "EBS", ResourceType: "Volume", ResourceID: aws.ToString(v.VolumeId), ResourceName: findName(v.Tags),
		Region: &region, AvailabilityZone: v.AvailabilityZone, State: snapshot.Text(v.State), SizeGB: &size,
		VolumeType: snapshot.Text(v.VolumeType), ARN: v.VolumeArn,
	}
}

func (api API) subnetList(scope collect.Scope) list {
	return list{Name: "subnets", Read: func(ctx context.Context, visit visit) error {
		p := ec2.NewDescribeSubnetsPaginator(api.EC2, &ec2.DescribeSubnetsInput{MaxResults: aws.Int32(ec2Page)},
			func(o *ec2.DescribeSubnetsPaginatorOptions) { o.StopOnDuplicateToken = true })
		return readAll(paging.ReadPages(ctx, p), func(page *ec2.DescribeSubnetsOutput) []types.Subnet { return page.Subnets },
			func(s types.Subnet) snapshot.ServiceResource { return toSubnet(s, scope.Region) }, visit)
	}}
}

func toSubnet(s types.Subnet, region string) snapshot.ServiceResource {
	free := int(aws.ToInt32(s.AvailableIpAddressCount))
	return snapshot.ServiceResource{
		ServiceName: "VPC", ResourceType: "Subnet", ResourceID: aws.ToString(s.SubnetId), ResourceName: findName(s.Tags),
		Region: &region, AvailabilityZone: s.AvailabilityZone, State: snapshot.Text(s.State), VPCID: s.VpcId,
		AvailableIPCount: &free, ARN: s.SubnetArn,
	}
}

func findName(tags []types.Tag) string {
	for _, tag := range tags {
		if aws.ToString(tag.Key) == "Name" {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

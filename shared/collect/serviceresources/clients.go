package serviceresources

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// newEC2Client and newRDSClient return the operations that Collect calls and not the clients. A client in an interface
// keeps its hundreds of operations in a program that calls any method by name, as templates do; of EC2 that is a
// quarter of the program.
func newEC2Client(cfg aws.Config) ec2Client {
	client := ec2.NewFromConfig(cfg)
	return ec2Client{client.DescribeInstances, client.DescribeVolumes, client.DescribeSubnets}
}

func newRDSClient(cfg aws.Config) describeDBInstances {
	return rds.NewFromConfig(cfg).DescribeDBInstances
}

type ec2Client struct {
	describeInstances
	describeVolumes
	describeSubnets
}

type (
	describeInstances   func(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	describeVolumes     func(context.Context, *ec2.DescribeVolumesInput, ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error)
	describeSubnets     func(context.Context, *ec2.DescribeSubnetsInput, ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error)
	describeDBInstances func(context.Context, *rds.DescribeDBInstancesInput, ...func(*rds.Options)) (*rds.DescribeDBInstancesOutput, error)
)

func (f describeInstances) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, options ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return f(ctx, in, options...)
}

func (f describeVolumes) DescribeVolumes(ctx context.Context, in *ec2.DescribeVolumesInput, options ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error) {
	return f(ctx, in, options...)
}

func (f describeSubnets) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput, options ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return f(ctx, in, options...)
}

func (f describeDBInstances) DescribeDBInstances(ctx context.Context, in *rds.DescribeDBInstancesInput, options ...func(*rds.Options)) (*rds.DescribeDBInstancesOutput, error) {
	return f(ctx, in, options...)
}

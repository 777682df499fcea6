package rispsavings

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
)

// As in package serviceresources, an operation is kept instead of its client, whose hundreds of operations would all
// become a part of a program that calls any method by name.
type (
	describeReservedInstances   func(context.Context, *ec2.DescribeReservedInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeReservedInstancesOutput, error)
	describeReservedDBInstances func(context.Context, *rds.DescribeReservedDBInstancesInput, ...func(*rds.Options)) (*rds.DescribeReservedDBInstancesOutput, error)
	describeReservedNodes       func(context.Context, *redshift.DescribeReservedNodesInput, ...func(*redshift.Options)) (*redshift.DescribeReservedNodesOutput, error)
)

func newEC2Client(cfg aws.Config) describeReservedInstances {
	return ec2.NewFromConfig(cfg).DescribeReservedInstances
}

func newRDSClient(cfg aws.Config) describeReservedDBInstances {
	return rds.NewFromConfig(cfg).DescribeReservedDBInstances
}

func newRedshiftClient(cfg aws.Config) describeReservedNodes {
	return redshift.NewFromConfig(cfg).DescribeReservedNodes
}

func (f describeReservedInstances) DescribeReservedInstances(ctx context.Context, in *ec2.DescribeReservedInstancesInput, options ...func(*ec2.Options)) (*ec2.DescribeReservedInstancesOutput, error) {
	return f(ctx, in, options...)
}

func (f describeReservedDBInstances) DescribeReservedDBInstances(ctx context.Context, in *rds.DescribeReservedDBInstancesInput, options ...func(*rds.Options)) (*rds.DescribeReservedDBInstancesOutput, error) {
	return f(ctx, in, options...)
}

func (f describeReservedNodes) DescribeReservedNodes(ctx context.Context, in *redshift.DescribeReservedNodesInput, options ...func(*redshift.Options)) (*redshift.DescribeReservedNodesOutput, error) {
	return f(ctx, in, options...)
}

// Package serviceresources collects the resources of a region that cost most or face outwards: instances, volumes,
// subnets, databases, load balancers, Auto Scaling groups and functions, and once for the account its buckets.
//
//	operations  ec2 DescribeInstances, DescribeVolumes, DescribeSubnets; rds DescribeDBInstances; s3 ListBuckets;
//	            elasticloadbalancing DescribeLoadBalancers; autoscaling DescribeAutoScalingGroups; lambda ListFunctions:
//	            all pages, the kinds side by side
//	scope       region; buckets account-wide, in the home region
//	window      none: state at run time
//	section     service_resources, in the order of the kinds above, buckets last
//	paid        no
//	quotas      EC2 describes 20 requests per second after a burst of 100, the others not published or higher
//	            https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
package serviceresources

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the clients that Collect uses; each method is one IAM action of the role.
type API struct {
	EC2 interface {
		ec2.DescribeInstancesAPIClient
		ec2.DescribeVolumesAPIClient
		ec2.DescribeSubnetsAPIClient
	}
	RDS         rds.DescribeDBInstancesAPIClient
	ELB         elasticloadbalancingv2.DescribeLoadBalancersAPIClient
	AutoScaling autoscaling.DescribeAutoScalingGroupsAPIClient
	Lambda      lambda.ListFunctionsAPIClient
	S3          s3.ListBucketsAPIClient
}

// Collector is the source serviceresources.
var Collector = collect.Collector{
	SourceName: "serviceresources",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, API{
			EC2: newEC2Client(cfg), RDS: newRDSClient(cfg), ELB: elasticloadbalancingv2.NewFromConfig(cfg),
			AutoScaling: autoscaling.NewFromConfig(cfg), Lambda: lambda.NewFromConfig(cfg), S3: s3.NewFromConfig(cfg),
		}, scope, part)
	},
}

const section = "service_resources"

type (
	list  = collect.List[snapshot.ServiceResource]
	visit = func(snapshot.ServiceResource) error
)

// Collect writes a [snapshot.ServiceResource] for each resource. A kind that cannot be read is a warning (D62); the
// source fails if no kind can be read. Past states are not known (D25).
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("resources have no history: their state of today does not belong under a past date")
		return nil
	}
	part.DeclareLists(section)
	return collect.AddLists(ctx, part, section, api.allLists(scope))
}

func (api API) allLists(scope collect.Scope) []list {
	lists := []list{
		api.instanceList(scope), api.volumeList(scope), api.subnetList(scope), api.databaseList(scope),
		api.balancerList(scope), api.groupList(scope), api.functionList(scope),
	}
	if scope.Home { // every region lists the buckets of all
		lists = append(lists, api.bucketList())
	}
	return lists
}

// readAll calls visit with every item of all pages, mapped by to.
func readAll[Page, Item any](pages iter.Seq2[Page, error], items func(Page) []Item, to func(Item) snapshot.ServiceResource, visit visit) error {
	return collect.VisitEach(paging.EachItem(pages, items), to, visit)
}

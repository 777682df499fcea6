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
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
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

// Collector is the catalogue's serviceresources.
var Collector = collect.Collector{
	Word: "serviceresources",
	Rate: collect.Rate{PerSecond: 20, Burst: 50},
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, API{
			EC2: ec2.NewFromConfig(cfg), RDS: rds.NewFromConfig(cfg), ELB: elasticloadbalancingv2.NewFromConfig(cfg),
			AutoScaling: autoscaling.NewFromConfig(cfg), Lambda: lambda.NewFromConfig(cfg), S3: s3.NewFromConfig(cfg),
		}, scope, part)
	},
}

const (
	section = "service_resources"
	// ahead is how many resources of one kind wait in memory while a kind before it is still written.
	ahead = 5000
)

// list is one kind's list: it calls visit with every resource.
type list struct {
	name string
	read func(ctx context.Context, scope collect.Scope, visit visit) error
}

type visit func(snapshot.ServiceResource) error

func (api API) lists(scope collect.Scope) []list {
	lists := []list{
		{"instances", api.instances}, {"volumes", api.volumes}, {"subnets", api.subnets}, {"databases", api.databases},
		{"load balancers", api.balancers}, {"Auto Scaling groups", api.groups}, {"functions", api.functions},
	}
	if scope.Home { // every region lists the buckets of all
		lists = append(lists, list{"buckets", api.buckets})
	}
	return lists
}

// Collect writes a [snapshot.ServiceResource] for each resource. The kinds are read side by side and written one after
// the other. A kind that cannot be read is a warning (D62), unless none can. Nothing is known of past dates (D25).
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("resources have no history: their state of today does not belong under a past date")
		return nil
	}
	part.Empty(section)
	lists := api.lists(scope)
	found, failures := make([]chan snapshot.ServiceResource, len(lists)), make([]error, len(lists))
	group, reading := errgroup.WithContext(ctx)
	for i, l := range lists {
		found[i] = make(chan snapshot.ServiceResource, ahead)
		group.Go(func() error {
			defer close(found[i])
			failures[i] = l.read(reading, scope, sendTo(reading, found[i]))
			return nil
		})
	}
	group.Go(func() error { return write(found, part) })
	if err := group.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return judge(lists, failures, part)
}

// sendTo returns a visit that waits while the writer is busy with the kinds before.
func sendTo(ctx context.Context, found chan<- snapshot.ServiceResource) visit {
	return func(r snapshot.ServiceResource) error {
		select {
		case found <- r:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func write(found []chan snapshot.ServiceResource, part *collect.Part) error {
	for _, kind := range found {
		for r := range kind {
			if err := part.Add(section, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge turns the failures of lists into warnings, or into the source's failure when no list could be read.
func judge(lists []list, failures []error, part *collect.Part) error {
	failed := 0
	for i, err := range failures {
		if err != nil {
			failed++
			failures[i] = fmt.Errorf("listing %s: %w", lists[i].name, err)
		}
	}
	if failed == len(lists) {
		return errors.Join(failures...)
	}
	for _, err := range failures {
		if err != nil {
			part.Warn(section, err)
		}
	}
	return nil
}

// pages calls visit with the mapped items of every page.
func pages[Page, Item any](ctx context.Context, more func() bool, next func(context.Context) (Page, error), items func(Page) []Item, to func(Item) snapshot.ServiceResource, visit visit) error {
	for item, err := range collect.Pages(ctx, more, next, items) {
		if err != nil {
			return err
		}
		if err := visit(to(item)); err != nil {
			return err
		}
	}
	return nil
}

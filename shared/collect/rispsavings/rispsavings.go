// Package rispsavings collects the account's commitments, reservations of EC2, RDS, ElastiCache, OpenSearch and Redshift
// in its covered regions and Savings Plans, with their utilization, costs and savings in the window.
//
//	operations  for each covered region, side by side: ec2 DescribeReservedInstances, rds
//	            DescribeReservedDBInstances, elasticache DescribeReservedCacheNodes, opensearch DescribeReservedInstances,
//	            redshift DescribeReservedNodes; savingsplans DescribeSavingsPlans; ce GetReservationUtilization grouped by
//	            subscription, once for each service that has reservations, and GetSavingsPlansUtilizationDetails where
//	            there are plans; all pages
//	scope       account-wide, in the home region
//	window      [start, end), no further than yesterday, for the figures; of a daily run the same days earlier as it reads
//	            costs again, when they have settled, so that each day is read once; the commitments are those active at
//	            run time
//	section     ri_sp_savings: reservations by region, then plans
//	paid        Cost Explorer: 0.01 US dollars per request: none without commitments, else one, and one for each further
//	            page, for each service with reservations and for plans; with paid_calls not set at most three of them,
//	            EC2, RDS and plans first, so that an account and day cost five requests with those of cost
//	quotas      not published for Cost Explorer; the others for each region
//	            https://docs.aws.amazon.com/cost-management/latest/userguide/ce-api-best-practices.html
package rispsavings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/opensearch"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans"
	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// API is the part of the clients that Collect uses; each method is one IAM action of the role.
type API struct {
	EC2 interface {
		DescribeReservedInstances(context.Context, *ec2.DescribeReservedInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeReservedInstancesOutput, error)
	}
	RDS          rds.DescribeReservedDBInstancesAPIClient
	ElastiCache  elasticache.DescribeReservedCacheNodesAPIClient
	OpenSearch   opensearch.DescribeReservedInstancesAPIClient
	Redshift     redshift.DescribeReservedNodesAPIClient
	SavingsPlans interface {
		DescribeSavingsPlans(context.Context, *savingsplans.DescribeSavingsPlansInput, ...func(*savingsplans.Options)) (*savingsplans.DescribeSavingsPlansOutput, error)
	}
	CostExplorer interface {
		GetReservationUtilization(context.Context, *costexplorer.GetReservationUtilizationInput, ...func(*costexplorer.Options)) (*costexplorer.GetReservationUtilizationOutput, error)
		costexplorer.GetSavingsPlansUtilizationDetailsAPIClient
	}
}

// Collector is the source rispsavings.
var Collector = collect.Collector{
	SourceName: "rispsavings",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, API{
			EC2: newEC2Client(cfg), RDS: newRDSClient(cfg), ElastiCache: elasticache.NewFromConfig(cfg),
			OpenSearch: opensearch.NewFromConfig(cfg), Redshift: newRedshiftClient(cfg),
			SavingsPlans: savingsplans.NewFromConfig(cfg), CostExplorer: costexplorer.NewFromConfig(cfg),
		}, scope, part)
	},
}

const section = "ri_sp_savings"

// commitment is one element with its possible names in Cost Explorer.
type commitment struct {
	snapshot.CommitmentSaving
	names []string
}

// run is one collection.
type run struct {
	api    API
	scope  collect.Scope
	part   *collect.Part
	listed int // lists that could be read
	failed []error
	// excluded are the regions whose reservations a service control policy denies, and denials the errors.
	excluded []string
	denials  []error
}

// Collect writes a [snapshot.CommitmentSaving] for each active commitment. Figures that Cost Explorer lacks stay null
// (D37). For a past window it writes the commitments that have figures, whether still active or not. A list that
// cannot be read is a warning, or a note if the organization excludes its region; the source fails if none can be read.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.Options.NoPaidCalls {
		part.Skip("the figures come from Cost Explorer, whose requests are paid, and paid calls are switched off")
		if scope.History {
			return nil
		}
	}
	r := &run{api: api, scope: scope, part: part}
	commitments, err := r.listCommitments(ctx)
	if err != nil {
		return err
	}
	if r.listed == 0 {
		return errors.Join(append(r.failed, r.denials...)...)
	}
	if len(r.excluded) > 0 {
		part.Note(section, "a service control policy denies listing reservations in "+strings.Join(slices.Compact(r.excluded), ", "))
	}
	for _, err := range r.failed {
		if fault.StatusOf(err) != outcome.NotAvailable { // nothing is reserved where the service is not offered
			part.Warn(section, err)
		}
	}
	if !scope.Options.NoPaidCalls {
		if err := r.readFigures(ctx, commitments); err != nil {
			return err
		}
	}
	part.DeclareLists(section)
	return r.addCommitments(commitments)
}

// listCommitments lists reservations and plans side by side.
func (r *run) listCommitments(ctx context.Context) ([]commitment, error) {
	var reservations, plans []commitment
	var plansErr error
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		reservations, err = r.listReservations(ctx)
		return err
	})
	group.Go(func() error {
		plans, plansErr = r.listPlans(ctx)
		return ctx.Err()
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	r.recordList("Savings Plans", plansErr)
	return append(reservations, plans...), nil
}

// recordList counts a list that was read, and keeps the error of one that was not.
func (r *run) recordList(what string, err error) {
	if err != nil {
		r.failed = append(r.failed, fmt.Errorf("listing %s: %w", what, err))
		return
	}
	r.listed++
}

func (r *run) addCommitments(commitments []commitment) error {
	for _, c := range commitments {
		if r.scope.History && c.Date == nil {
			continue
		}
		if err := r.part.Add(section, c.CommitmentSaving); err != nil {
			return err
		}
	}
	return nil
}

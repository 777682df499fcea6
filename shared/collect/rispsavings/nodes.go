package rispsavings

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	cachetypes "github.com/aws/aws-sdk-go-v2/service/elasticache/types"
	"github.com/aws/aws-sdk-go-v2/service/opensearch"
	searchtypes "github.com/aws/aws-sdk-go-v2/service/opensearch/types"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	redshifttypes "github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"view360/shared/paging"
	"view360/shared/snapshot"
)

const nodePage = 100

func (r *run) listCacheNodes(ctx context.Context, region string) ([]commitment, error) {
	pages := elasticache.NewDescribeReservedCacheNodesPaginator(r.api.ElastiCache, &elasticache.DescribeReservedCacheNodesInput{MaxRecords: aws.Int32(nodePage)},
		func(o *elasticache.DescribeReservedCacheNodesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []commitment
	for page, err := range paging.ReadPages(ctx, pages, func(o *elasticache.Options) { o.Region = region }) {
		if err != nil {
			return found, err
		}
		for _, n := range page.ReservedCacheNodes {
			if r.wantsState(n.State) {
				found = append(found, r.toCacheNode(n, region))
			}
		}
	}
	return found, nil
}

func (r *run) toCacheNode(n cachetypes.ReservedCacheNode, region string) commitment {
	c := r.toReservation(amazonElastiCache, region, aws.ToString(n.ReservedCacheNodeId), n.CacheNodeType, n.CacheNodeCount, n.ProductDescription)
	c.names = []string{aws.ToString(n.ReservationARN)}
	c.OfferingType, c.State = n.OfferingType, n.State
	c.UpfrontCost, c.UsagePrice = n.FixedPrice, n.UsagePrice
	c.setTerm(n.StartTime, n.Duration)
	if len(n.RecurringCharges) > 0 {
		c.setRecurringCharge(n.RecurringCharges[0].RecurringChargeAmount, n.RecurringCharges[0].RecurringChargeFrequency)
	}
	return c
}

func (r *run) listSearchInstances(ctx context.Context, region string) ([]commitment, error) {
	pages := opensearch.NewDescribeReservedInstancesPaginator(r.api.OpenSearch, &opensearch.DescribeReservedInstancesInput{MaxResults: nodePage},
		func(o *opensearch.DescribeReservedInstancesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []commitment
	for page, err := range paging.ReadPages(ctx, pages, func(o *opensearch.Options) { o.Region = region }) {
		if err != nil {
			return found, err
		}
		for _, i := range page.ReservedInstances {
			if r.wantsState(i.State) {
				found = append(found, r.toSearchInstance(i, region))
			}
		}
	}
	return found, nil
}

func (r *run) toSearchInstance(i searchtypes.ReservedInstance, region string) commitment {
	c := r.toReservation(amazonOpenSearch, region, aws.ToString(i.ReservedInstanceId), snapshot.Text(i.InstanceType), &i.InstanceCount, nil)
	if i.BillingSubscriptionId != nil {
		c.names = append(c.names, strconv.FormatInt(*i.BillingSubscriptionId, 10))
	}
	c.OfferingType, c.Currency, c.State = snapshot.Text(i.PaymentOption), i.CurrencyCode, i.State
	c.UpfrontCost, c.UsagePrice = i.FixedPrice, i.UsagePrice
	c.setTerm(i.StartTime, &i.Duration)
	if len(i.RecurringCharges) > 0 {
		c.setRecurringCharge(i.RecurringCharges[0].RecurringChargeAmount, i.RecurringCharges[0].RecurringChargeFrequency)
	}
	return c
}

func (r *run) listWarehouseNodes(ctx context.Context, region string) ([]commitment, error) {
	pages := redshift.NewDescribeReservedNodesPaginator(r.api.Redshift, &redshift.DescribeReservedNodesInput{MaxRecords: aws.Int32(nodePage)},
		func(o *redshift.DescribeReservedNodesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []commitment
	for page, err := range paging.ReadPages(ctx, pages, func(o *redshift.Options) { o.Region = region }) {
		if err != nil {
			return found, err
		}
		for _, n := range page.ReservedNodes {
			if r.wantsState(n.State) {
				found = append(found, r.toWarehouseNode(n, region))
			}
		}
	}
	return found, nil
}

func (r *run) toWarehouseNode(n redshifttypes.ReservedNode, region string) commitment {
	c := r.toReservation(amazonRedshift, region, aws.ToString(n.ReservedNodeId), n.NodeType, n.NodeCount, nil)
	c.OfferingType, c.Currency, c.State = n.OfferingType, n.CurrencyCode, n.State
	c.OfferingClass = snapshot.Text(n.ReservedNodeOfferingType)
	c.UpfrontCost, c.UsagePrice = n.FixedPrice, n.UsagePrice
	c.setTerm(n.StartTime, n.Duration)
	if len(n.RecurringCharges) > 0 {
		c.setRecurringCharge(n.RecurringCharges[0].RecurringChargeAmount, n.RecurringCharges[0].RecurringChargeFrequency)
	}
	return c
}

package rispsavings

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"

	"view360/shared/paging"
	"view360/shared/snapshot"
)

const (
	databasePage  = 100
	active        = "active"
	hoursPerMonth = 730
)

// The services with commitments, as the section names them.
const (
	amazonEC2         = "Amazon EC2"
	amazonRDS         = "Amazon RDS"
	amazonElastiCache = "Amazon ElastiCache"
	amazonOpenSearch  = "Amazon OpenSearch Service"
	amazonRedshift    = "Amazon Redshift"
	savingsPlans      = "AWS Savings Plans"
)

// instances are complete in one answer: the operation has no pages.
func (r *run) instances(ctx context.Context, region string) ([]commitment, error) {
	input := &ec2.DescribeReservedInstancesInput{}
	if !r.scope.History {
		input.Filters = []ec2types.Filter{{Name: aws.String("state"), Values: []string{active}}}
	}
	out, err := r.api.EC2.DescribeReservedInstances(ctx, input, func(o *ec2.Options) { o.Region = region })
	if err != nil {
		return nil, err
	}
	var found []commitment
	for _, i := range out.ReservedInstances {
		found = append(found, r.toInstance(i, region))
	}
	return found, nil
}

func (r *run) toInstance(i ec2types.ReservedInstances, region string) commitment {
	c := r.reservation(amazonEC2, region, aws.ToString(i.ReservedInstancesId), snapshot.Text(i.InstanceType), i.InstanceCount, snapshot.Text(i.ProductDescription))
	c.Tenancy, c.OfferingClass, c.OfferingType = snapshot.Text(i.InstanceTenancy), snapshot.Text(i.OfferingClass), snapshot.Text(i.OfferingType)
	c.Currency, c.State = snapshot.Text(i.CurrencyCode), snapshot.Text(i.State)
	c.UpfrontCost, c.UsagePrice, c.DurationSeconds = double(i.FixedPrice), double(i.UsagePrice), i.Duration
	c.StartDate, c.EndDate = date(i.Start), date(i.End)
	if len(i.RecurringCharges) > 0 {
		c.recur(i.RecurringCharges[0].Amount, snapshot.Text(i.RecurringCharges[0].Frequency))
	}
	return c
}

func (r *run) databases(ctx context.Context, region string) ([]commitment, error) {
	pages := rds.NewDescribeReservedDBInstancesPaginator(r.api.RDS, &rds.DescribeReservedDBInstancesInput{MaxRecords: aws.Int32(databasePage)},
		func(o *rds.DescribeReservedDBInstancesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []commitment
	for page, err := range paging.ReadPages(ctx, pages, func(o *rds.Options) { o.Region = region }) {
		if err != nil {
			return found, err
		}
		for _, d := range page.ReservedDBInstances {
			if r.wants(d.State) {
				found = append(found, r.toDatabase(d, region))
			}
		}
	}
	return found, nil
}

func (r *run) toDatabase(d rdstypes.ReservedDBInstance, region string) commitment {
	c := r.reservation(amazonRDS, region, aws.ToString(d.ReservedDBInstanceId), d.DBInstanceClass, d.DBInstanceCount, d.ProductDescription)
	c.names = []string{aws.ToString(d.ReservedDBInstanceArn), aws.ToString(d.LeaseId)} // the id is unique in its region only
	c.OfferingType, c.Currency, c.State = d.OfferingType, d.CurrencyCode, d.State
	c.UpfrontCost, c.UsagePrice = d.FixedPrice, d.UsagePrice
	c.last(d.StartTime, d.Duration)
	if len(d.RecurringCharges) > 0 {
		c.recur(d.RecurringCharges[0].RecurringChargeAmount, d.RecurringCharges[0].RecurringChargeFrequency)
	}
	return c
}

// reservation is what all reservations have. Without a recurring charge, all is paid upfront.
func (r *run) reservation(service, region, id string, kind *string, count *int32, product *string) commitment {
	c := commitment{names: []string{id}}
	c.Service, c.Region, c.ReservationType, c.SubscriptionID = service, &region, snapshot.ReservedInstance, id
	c.InstanceType, c.ProductTypes, c.InstanceCount = kind, product, aws.Int(int(aws.ToInt32(count)))
	c.Description = aws.String(strings.TrimSpace(fmt.Sprintf("%dx %s %s", *c.InstanceCount, aws.ToString(kind), aws.ToString(product))))
	c.DateFrom, c.DateTo = r.scope.Window.StartDate(), r.scope.Window.EndDate()
	c.Commitment, c.RecurringCost = aws.Float64(0), aws.Float64(0)
	return c
}

// wants reports whether a reservation in the state belongs into the section; only EC2 filters by itself.
func (r *run) wants(state *string) bool { return r.scope.History || aws.ToString(state) == active }

// last sets when the reservation begins and ends.
func (c *commitment) last(start *time.Time, seconds *int32) {
	c.StartDate = date(start)
	if seconds == nil {
		return
	}
	c.DurationSeconds = aws.Int64(int64(*seconds))
	if start != nil {
		c.EndDate = date(aws.Time(start.Add(time.Duration(*seconds) * time.Second)))
	}
}

// recur sets the hourly charge of each instance, and with it the month's of all.
func (c *commitment) recur(amount *float64, frequency *string) {
	c.RecurringCost, c.RecurringFrequency = aws.Float64(aws.ToFloat64(amount)), frequency
	c.Commitment = round(aws.ToFloat64(amount) * hoursPerMonth * float64(*c.InstanceCount))
}

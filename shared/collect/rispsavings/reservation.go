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

// listInstances reads one answer: the operation has no pages.
func (r *run) listInstances(ctx context.Context, region string) ([]commitment, error) {
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
	c := r.toReservation(amazonEC2, region, aws.ToString(i.ReservedInstancesId), snapshot.Text(i.InstanceType), i.InstanceCount, snapshot.Text(i.ProductDescription))
	c.Tenancy, c.OfferingClass, c.OfferingType = snapshot.Text(i.InstanceTenancy), snapshot.Text(i.OfferingClass), snapshot.Text(i.OfferingType)
	c.Currency, c.State = snapshot.Text(i.CurrencyCode), snapshot.Text(i.State)
	c.UpfrontCost, c.UsagePrice, c.DurationSeconds = widenPrice(i.FixedPrice), widenPrice(i.UsagePrice), i.Duration
	c.StartDate, c.EndDate = formatTime(i.Start), formatTime(i.End)
	if len(i.RecurringCharges) > 0 {
		c.setRecurringCharge(i.RecurringCharges[0].Amount, snapshot.Text(i.RecurringCharges[0].Frequency))
	}
	return c
}

func (r *run) listDatabases(ctx context.Context, region string) ([]commitment, error) {
	pages := rds.NewDescribeReservedDBInstancesPaginator(r.api.RDS, &rds.DescribeReservedDBInstancesInput{MaxRecords: aws.Int32(databasePage)},
		func(o *rds.DescribeReservedDBInstancesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []commitment
	for page, err := range paging.ReadPages(ctx, pages, func(o *rds.Options) { o.Region = region }) {
		if err != nil {
			return found, err
		}
		for _, d := range page.ReservedDBInstances {
			if r.wantsState(d.State) {
				found = append(found, r.toDatabase(d, region))
			}
		}
	}
	return found, nil
}

func (r *run) toDatabase(d rdstypes.ReservedDBInstance, region string) commitment {
	c := r.toReservation(amazonRDS, region, aws.ToString(d.ReservedDBInstanceId), d.DBInstanceClass, d.DBInstanceCount, d.ProductDescription)
	c.names = []string{aws.ToString(d.ReservedDBInstanceArn), aws.ToString(d.LeaseId)} // the id is unique in its region only
	c.OfferingType, c.Currency, c.State = d.OfferingType, d.CurrencyCode, d.State
	c.UpfrontCost, c.UsagePrice = d.FixedPrice, d.UsagePrice
	c.setTerm(d.StartTime, d.Duration)
	if len(d.RecurringCharges) > 0 {
		c.setRecurringCharge(d.RecurringCharges[0].RecurringChargeAmount, d.RecurringCharges[0].RecurringChargeFrequency)
	}
	return c
}

// toReservation returns a commitment with the members that all reservations have. Without a recurring charge, all is
// paid upfront.
func (r *run) toReservation(service, region, id string, kind *string, count *int32, product *string) commitment {
	c := commitment{names: []string{id}}
	c.Service, c.Region, c.ReservationType, c.SubscriptionID = service, &region, snapshot.ReservedInstance, id
	c.InstanceType, c.ProductTypes, c.InstanceCount = kind, product, aws.Int(int(aws.ToInt32(count)))
	c.Description = aws.String(strings.TrimSpace(fmt.Sprintf("%dx %s %s", *c.InstanceCount, aws.ToString(kind), aws.ToString(product))))
	c.DateFrom, c.DateTo = r.scope.Window.StartDate(), r.scope.Window.EndDate()
	c.Commitment, c.RecurringCost = aws.Float64(0), aws.Float64(0)
	return c
}

// wantsState reports whether a reservation in the state belongs in the section; only EC2 filters by state.
func (r *run) wantsState(state *string) bool { return r.scope.History || aws.ToString(state) == active }

// setTerm sets the start and end of the reservation.
func (c *commitment) setTerm(start *time.Time, seconds *int32) {
	c.StartDate = formatTime(start)
	if seconds == nil {
		return
	}
	c.DurationSeconds = aws.Int64(int64(*seconds))
	if start != nil {
		c.EndDate = formatTime(aws.Time(start.Add(time.Duration(*seconds) * time.Second)))
	}
}

// setRecurringCharge sets the hourly charge of each instance and the monthly commitment of all.
func (c *commitment) setRecurringCharge(amount *float64, frequency *string) {
	c.RecurringCost, c.RecurringFrequency = aws.Float64(aws.ToFloat64(amount)), frequency
	c.Commitment = roundToCents(aws.ToFloat64(amount) * hoursPerMonth * float64(*c.InstanceCount))
}

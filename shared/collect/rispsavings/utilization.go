package rispsavings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"view360/shared/paging"
	"view360/shared/snapshot"
)

const (
	reservationPage = 100
	detailPage      = 100
)

// figures has the utilization, costs and savings of one commitment.
type figures struct{ utilization, onDemand, cost, savings *string }

// query reads the figures of one kind of commitment.
type query struct {
	kind    string // in messages
	service string // of the commitments
	read    func(context.Context) (map[string]figures, error)
	found   map[string]figures
	err     error
}

// readFigures sets the figures of the commitments, with one grouped query for each kind that the account has (D39),
// the most common kinds first.
func (r *run) readFigures(ctx context.Context, commitments []commitment) error {
	period := r.queryPeriod()
	if period == nil {
		return nil // the window has not begun
	}
	reservationsOf := func(names ...string) func(context.Context) (map[string]figures, error) {
		return func(ctx context.Context) (map[string]figures, error) {
			return r.readReservationFigures(ctx, names, period)
		}
	}
	queries := []query{
		{kind: "reserved instances", service: amazonEC2, read: reservationsOf("Amazon Elastic Compute Cloud - Compute")},
		{kind: "reserved databases", service: amazonRDS, read: reservationsOf("Amazon Relational Database Service")},
		{kind: "Savings Plans", service: savingsPlans, read: func(ctx context.Context) (map[string]figures, error) { return r.readPlanFigures(ctx, period) }},
		{kind: "reserved cache nodes", service: amazonElastiCache, read: reservationsOf(amazonElastiCache)},
		{kind: "reserved search instances", service: amazonOpenSearch, read: reservationsOf(amazonOpenSearch, "Amazon Elasticsearch Service")},
		{kind: "reserved warehouse nodes", service: amazonRedshift, read: reservationsOf(amazonRedshift)},
	}
	queries = r.selectAffordable(slices.DeleteFunc(queries, func(q query) bool {
		return !slices.ContainsFunc(commitments, func(c commitment) bool { return c.Service == q.service })
	}))
	var group sync.WaitGroup
	for i := range queries {
		q := &queries[i]
		group.Go(func() { q.found, q.err = q.read(ctx) })
	}
	group.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, q := range queries {
		r.reportMissingFigures(q)
		for i := range commitments {
			if commitments[i].Service == q.service {
				commitments[i].setFigures(q.found, period)
			}
		}
	}
	return nil
}

// selectAffordable returns the first queries, as many as the account may cost a day, and notes the figures that are
// left out.
func (r *run) selectAffordable(queries []query) []query {
	budget := min(len(queries), r.scope.Options.PaidCallsBeyondCost())
	for _, q := range queries[budget:] {
		r.part.Note(section, fmt.Sprintf("the utilization of %s was left out, it takes one more paid request a day: raise paid_calls to read it", q.kind))
	}
	return queries[:budget]
}

// queryPeriod returns the days whose figures to read. A daily run reads a day that has settled, and each commitment has the
// date of its figures; so each day is read once. A longer window ends yesterday at the latest: Cost Explorer refuses an end
// that is not before today. It returns nil before the window's first days have figures.
func (r *run) queryPeriod() *types.DateInterval {
	start, end := r.scope.Window.Start.AddDate(0, 0, -r.scope.SettledDays), r.scope.Window.End.AddDate(0, 0, -r.scope.SettledDays)
	if yesterday := r.scope.Now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1); yesterday.Before(end) {
		end = yesterday
		if r.scope.Interval == snapshot.Daily {
			start = end.AddDate(0, 0, -1)
		}
	}
	if !start.Before(end) {
		return nil
	}
	return &types.DateInterval{Start: aws.String(start.Format(time.DateOnly)), End: aws.String(end.Format(time.DateOnly))}
}

// reportMissingFigures records why figures are missing: a note if Cost Explorer has no data yet, otherwise a warning.
func (r *run) reportMissingFigures(q query) {
	var unavailable *types.DataUnavailableException
	switch {
	case errors.As(q.err, &unavailable):
		r.part.Note(section, "Cost Explorer has no utilization of "+q.kind+" in the window yet")
	case q.err != nil:
		r.part.Warn(section, fmt.Errorf("reading the utilization of %s: %w", q.kind, q.err))
	}
}

func (c *commitment) setFigures(found map[string]figures, period *types.DateInterval) {
	for _, name := range c.names {
		f, known := found[name]
		if !known || name == "" {
			continue
		}
		c.Date = period.Start
		c.UtilizationPercentage, c.OnDemandCost = parseCents(f.utilization), parseCents(f.onDemand)
		c.ReservationCost, c.NetSavings = parseCents(f.cost), parseCents(f.savings)
		return
	}
}

// readReservationFigures returns the figures of one service's reservations by every name that their lists use:
// subscription id, lease id, ARN and the last part of the ARN (D36). The operation takes one service at a time, by all names
// that it has had, and groups only without a granularity.
func (r *run) readReservationFigures(ctx context.Context, names []string, period *types.DateInterval) (map[string]figures, error) {
	read := func(token *string) (*costexplorer.GetReservationUtilizationOutput, *string, error) {
		page, err := r.api.CostExplorer.GetReservationUtilization(ctx, &costexplorer.GetReservationUtilizationInput{
			TimePeriod: period, MaxResults: aws.Int32(reservationPage), NextPageToken: token,
			GroupBy: []types.GroupDefinition{{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SUBSCRIPTION_ID")}},
			Filter:  &types.Expression{And: []types.Expression{filterBy(types.DimensionService, names...), filterBy(types.DimensionLinkedAccount, r.scope.Account)}},
		})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextPageToken, nil
	}
	found := map[string]figures{}
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return found, err
		}
		for _, period := range page.UtilizationsByTime {
			for _, group := range period.Groups {
				addReservation(found, group)
			}
		}
	}
	return found, nil
}

func filterBy(dimension types.Dimension, values ...string) types.Expression {
	return types.Expression{Dimensions: &types.DimensionValues{Key: dimension, Values: values}}
}

func addReservation(found map[string]figures, group types.ReservationUtilizationGroup) {
	u := group.Utilization
	if u == nil {
		return
	}
	f := figures{u.UtilizationPercentage, u.OnDemandCostOfRIHoursUsed, u.TotalAmortizedFee, u.NetRISavings}
	arn := group.Attributes["reservationARN"]
	for _, name := range []string{aws.ToString(group.Value), group.Attributes["leaseId"], arn, arn[strings.LastIndexAny(arn, "/:")+1:]} {
		found[name] = f
	}
}

// readPlanFigures returns each plan's own figures by its ARN; the operation by time has only the sum of all plans
// (D35).
func (r *run) readPlanFigures(ctx context.Context, period *types.DateInterval) (map[string]figures, error) {
	filter := filterBy(types.DimensionLinkedAccount, r.scope.Account)
	pages := costexplorer.NewGetSavingsPlansUtilizationDetailsPaginator(r.api.CostExplorer,
		&costexplorer.GetSavingsPlansUtilizationDetailsInput{TimePeriod: period, MaxResults: aws.Int32(detailPage), Filter: &filter},
		func(o *costexplorer.GetSavingsPlansUtilizationDetailsPaginatorOptions) { o.StopOnDuplicateToken = true })
	found := map[string]figures{}
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return found, err
		}
		for _, plan := range page.SavingsPlansUtilizationDetails {
			addPlan(found, plan)
		}
	}
	return found, nil
}

func addPlan(found map[string]figures, plan types.SavingsPlansUtilizationDetail) {
	var f figures
	if u := plan.Utilization; u != nil {
		f.utilization, f.cost = u.UtilizationPercentage, u.UsedCommitment
	}
	if s := plan.Savings; s != nil {
		f.onDemand, f.savings = s.OnDemandCostEquivalent, s.NetSavings
	}
	found[aws.ToString(plan.SavingsPlanArn)] = f
}

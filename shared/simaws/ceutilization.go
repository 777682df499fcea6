package simaws

import (
	"slices"
	"strconv"
	"time"
)

type utilizationInput struct {
	TimePeriod               period
	Granularity              string
	GroupBy                  []grouping
	Filter                   *utilizationFilter
	NextPageToken, NextToken string
	MaxResults               *number
	DataType                 []string
}

// utilizationFilter is an expression of dimensions combined by And.
type utilizationFilter struct {
	And        []*utilizationFilter
	Dimensions *struct {
		Key    string
		Values []string
	}
}

// values are those asked for of a dimension; nil means no restriction.
func (f *utilizationFilter) values(key string) []string {
	if f == nil {
		return nil
	}
	if f.Dimensions != nil && f.Dimensions.Key == key {
		return f.Dimensions.Values
	}
	for _, child := range f.And {
		if v := child.values(key); v != nil {
			return v
		}
	}
	return nil
}

func (f *utilizationFilter) check(c *call, allowed ...string) error {
	if f == nil {
		return nil
	}
	if f.Dimensions != nil && !slices.Contains(allowed, f.Dimensions.Key) {
		return c.invalidf("Dimension %s is not supported in this operation.", f.Dimensions.Key)
	}
	for _, child := range f.And {
		if err := child.check(c, allowed...); err != nil {
			return err
		}
	}
	return nil
}

func admitted(values []string, value string) bool {
	return values == nil || slices.Contains(values, value)
}

// usage is what a commitment brought over some days.
type usage struct {
	hours, usedHours, fee, onDemand float64
}

func (u usage) of(hours, used, feeHourly, onDemandHourly float64) usage {
	u.hours += hours
	u.usedHours += used
	u.fee += hours * feeHourly
	u.onDemand += used * onDemandHourly
	return u
}

func (u usage) percentage() string {
	if u.hours == 0 {
		return "0"
	}
	return decimal(100 * u.usedHours / u.hours)
}

func (u usage) members() object {
	return object{
		"UtilizationPercentage": u.percentage(), "PurchasedHours": decimal(u.hours), "TotalActualHours": decimal(u.usedHours),
		"UnusedHours": decimal(u.hours - u.usedHours), "OnDemandCostOfRIHoursUsed": decimal(u.onDemand),
		"NetRISavings": decimal(u.onDemand - u.fee), "TotalPotentialRISavings": decimal(u.onDemand/max(u.usedHours, 1)*u.hours - u.fee),
		"AmortizedUpfrontFee": "0", "AmortizedRecurringFee": decimal(u.fee), "TotalAmortizedFee": decimal(u.fee),
	}
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// getReservationUtilization covers EC2 unless the filter names another service, as the real operation does. Grouped by
// SUBSCRIPTION_ID it takes no granularity and answers for the whole period.
func getReservationUtilization(c *call, in utilizationInput) (any, error) {
	start, end, err := c.span(in.TimePeriod)
	if err != nil {
		return nil, err
	}
	if err := in.Filter.check(c, "AZ", "LINKED_ACCOUNT", "PLATFORM", "REGION", "SERVICE", "SCOPE", "TENANCY"); err != nil {
		return nil, err
	}
	grouped := len(in.GroupBy) > 0
	switch {
	case grouped && (len(in.GroupBy) != 1 || in.GroupBy[0].Key != "SUBSCRIPTION_ID"):
		return nil, c.invalidf("Only SUBSCRIPTION_ID is supported in GroupBy.")
	case grouped && in.Granularity != "":
		return nil, c.invalidf("Granularity and GroupBy can't be set at the same time.")
	case in.Granularity != "" && in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		return nil, c.invalidf("Granularity %s is not supported.", in.Granularity)
	}
	reservations := c.reservationsFor(in.Filter)
	if len(reservations) == 0 {
		return nil, c.failf("DataUnavailableException", "No reservation data is available for the requested period.")
	}
	spans := []period{in.TimePeriod}
	if in.Granularity != "" {
		spans = costPeriods(start, end, in.Granularity)
	}
	var results []object
	for _, p := range spans {
		var groups []object
		total := usage{}
		for _, r := range reservations {
			u := c.reservationUsage(r, p)
			total = usage{total.hours + u.hours, total.usedHours + u.usedHours, total.fee + u.fee, total.onDemand + u.onDemand}
			if grouped && u.hours > 0 {
				groups = append(groups, object{"Key": "SUBSCRIPTION_ID", "Value": r.ID, "Attributes": c.reservationAttributes(r), "Utilization": u.members()})
			}
		}
		results = append(results, object{"TimePeriod": p, "Groups": groups, "Total": total.members()})
	}
	if !grouped {
		return object{"UtilizationsByTime": results}, nil
	}
	groups, _ := results[0]["Groups"].([]object)
	items, next, err := page(c, groups, in.NextPageToken, in.MaxResults, limits{usual: 50, most: 100})
	if err != nil {
		return nil, err
	}
	results[0]["Groups"] = items
	return object{"UtilizationsByTime": results, "Total": results[0]["Total"], "NextPageToken": next}, nil
}

func (c *call) reservationsFor(f *utilizationFilter) []Reservation {
	names := f.values("SERVICE")
	if names == nil {
		names = []string{"Amazon Elastic Compute Cloud - Compute"}
	}
	var found []Reservation
	for _, region := range c.account.Regions {
		for _, r := range c.reservationsIn(region) {
			if slices.Contains(names, r.Service) && admitted(f.values("REGION"), region) && admitted(f.values("LINKED_ACCOUNT"), c.account.ID) {
				found = append(found, r)
			}
		}
	}
	return found
}

func (c *call) reservationUsage(r Reservation, p period) usage {
	u := usage{}
	fee := r.Hourly + r.Upfront/float64(r.Years*365*24)
	c.eachDay(p, func(d time.Time) {
		if !d.Before(day(r.Start)) && d.Before(r.end()) {
			hours := float64(24 * r.Count)
			u = u.of(hours, hours*c.used(r.ID, d), fee, r.OnDemandHourly)
		}
	})
	return u
}

// eachDay visits the days of a period that have begun.
func (c *call) eachDay(p period, visit func(time.Time)) {
	start, _ := time.Parse(time.DateOnly, p.Start) // checked by span
	end, _ := time.Parse(time.DateOnly, p.End)
	for d := start; d.Before(end) && d.Before(c.now); d = d.AddDate(0, 0, 1) {
		visit(d)
	}
}

func (c *call) reservationAttributes(r Reservation) object {
	return object{
		"accountId": c.account.ID, "accountName": c.account.Name, "region": r.Region, "instanceType": r.InstanceType,
		"leaseId": r.ID, "reservationARN": r.ARN, "numberOfInstances": strconv.Itoa(r.Count), "offeringType": r.OfferingType,
		"platform": r.Product, "scope": "Region", "tenancy": "Shared", "startDateTime": iso(r.Start), "endDateTime": iso(r.end()),
		"subscriptionStatus": "Active", "service": r.Service,
	}
}

var planDimensions = []string{"LINKED_ACCOUNT", "SAVINGS_PLAN_ARN", "SAVINGS_PLANS_TYPE", "REGION", "PAYMENT_OPTION", "INSTANCE_TYPE_FAMILY"}

func getSavingsPlansUtilization(c *call, in utilizationInput) (any, error) {
	start, end, err := c.span(in.TimePeriod)
	if err != nil {
		return nil, err
	}
	if err := in.Filter.check(c, planDimensions...); err != nil {
		return nil, err
	}
	spans := []period{in.TimePeriod}
	if in.Granularity != "" {
		spans = costPeriods(start, end, in.Granularity)
	}
	results, total := []object{}, usage{}
	for _, p := range spans {
		sum := usage{}
		for _, plan := range c.plansFor(in.Filter) {
			u := c.planUsage(plan, p)
			sum = usage{sum.hours + u.hours, sum.usedHours + u.usedHours, sum.fee + u.fee, sum.onDemand + u.onDemand}
		}
		total = usage{total.hours + sum.hours, total.usedHours + sum.usedHours, total.fee + sum.fee, total.onDemand + sum.onDemand}
		results = append(results, sum.plan(object{"TimePeriod": p}))
	}
	if total.hours == 0 {
		return nil, noPlanData(c)
	}
	return object{"SavingsPlansUtilizationsByTime": results, "Total": total.plan(object{})}, nil
}

func getSavingsPlansUtilizationDetails(c *call, in utilizationInput) (any, error) {
	if _, _, err := c.span(in.TimePeriod); err != nil {
		return nil, err
	}
	if err := in.Filter.check(c, planDimensions...); err != nil {
		return nil, err
	}
	details, total := []object{}, usage{}
	for _, plan := range c.plansFor(in.Filter) {
		u := c.planUsage(plan, in.TimePeriod)
		total = usage{total.hours + u.hours, total.usedHours + u.usedHours, total.fee + u.fee, total.onDemand + u.onDemand}
		details = append(details, u.plan(object{"SavingsPlanArn": plan.ARN, "Attributes": object{
			"SavingsPlansType": plan.Kind, "AccountId": c.account.ID, "AccountName": c.account.Name, "Region": plan.Region,
			"PaymentOption": plan.Payment, "StartDateTime": iso(plan.Start), "EndDateTime": iso(plan.end()),
			"HourlyCommitment": decimal(plan.Hourly), "InstanceFamily": plan.Family, "Status": "Active",
		}}))
	}
	if total.hours == 0 {
		return nil, noPlanData(c)
	}
	items, next, err := page(c, details, in.NextToken, in.MaxResults, limits{usual: 20, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"SavingsPlansUtilizationDetails": items, "Total": total.plan(object{}), "TimePeriod": in.TimePeriod, "NextToken": next}, nil
}

func noPlanData(c *call) error {
	return c.failf("DataUnavailableException", "No Savings Plans data is available for the requested period.")
}

func (c *call) plansFor(f *utilizationFilter) []Plan {
	return slices.DeleteFunc(slices.Clone(c.plans()), func(p Plan) bool {
		return !admitted(f.values("SAVINGS_PLAN_ARN"), p.ARN) || !admitted(f.values("LINKED_ACCOUNT"), c.account.ID)
	})
}

// planUsage counts commitment dollars as hours: a plan has one price for what it covers.
func (c *call) planUsage(p Plan, span period) usage {
	u := usage{}
	c.eachDay(span, func(d time.Time) {
		if !d.Before(day(p.Start)) && d.Before(p.end()) {
			dollars := 24 * p.Hourly
			u = u.of(dollars, dollars*c.used(p.ID, d), 1, 1.38)
		}
	})
	return u
}

func (u usage) plan(o object) object {
	o["Utilization"] = object{
		"TotalCommitment": decimal(u.hours), "UsedCommitment": decimal(u.usedHours), "UnusedCommitment": decimal(u.hours - u.usedHours),
		"UtilizationPercentage": u.percentage(),
	}
	o["Savings"] = object{"NetSavings": decimal(u.onDemand - u.fee), "OnDemandCostEquivalent": decimal(u.onDemand)}
	o["AmortizedCommitment"] = object{"AmortizedRecurringCommitment": decimal(u.fee), "AmortizedUpfrontCommitment": "0", "TotalAmortizedCommitment": decimal(u.fee)}
	return o
}

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

// parsePeriod returns the period. Its end must be before today.
func (in utilizationInput) parsePeriod(c *call) (start, end time.Time, err error) {
	if start, end, err = parsePeriod(c, in.TimePeriod); err != nil {
		return start, end, err
	}
	switch today := startOfDay(c.now); {
	case !end.Before(today):
		err = c.newInvalidf("End date must be before the current date.")
	case start.Before(today.AddDate(0, -utilizationHistory, 0)):
		err = c.newInvalidf("Start date must be within the last %d months.", utilizationHistory)
	case in.Granularity != "" && in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		err = c.newInvalidf("Granularity %s is not supported.", in.Granularity)
	}
	return start, end, err
}

// utilizationFilter is an expression of dimensions combined by And.
type utilizationFilter struct {
	And        []*utilizationFilter
	Dimensions *struct {
		Key    string
		Values []string
	}
}

// findValues returns the wanted values of a dimension; nil means no restriction.
func (f *utilizationFilter) findValues(key string) []string {
	if f == nil {
		return nil
	}
	if f.Dimensions != nil && f.Dimensions.Key == key {
		return f.Dimensions.Values
	}
	for _, child := range f.And {
		if v := child.findValues(key); v != nil {
			return v
		}
	}
	return nil
}

func (f *utilizationFilter) checkDimensions(c *call, allowed ...string) error {
	if f == nil {
		return nil
	}
	if f.Dimensions != nil && !slices.Contains(allowed, f.Dimensions.Key) {
		return c.newInvalidf("Dimension %s is not supported in this operation.", f.Dimensions.Key)
	}
	for _, child := range f.And {
		if err := child.checkDimensions(c, allowed...); err != nil {
			return err
		}
	}
	return nil
}

// matchesAny reports whether value is one of values; nil values restrict nothing.
func matchesAny(values []string, value string) bool {
	return values == nil || slices.Contains(values, value)
}

// usage is the use and the cost of a commitment over some days.
type usage struct {
	hours, usedHours, fee, onDemand float64
}

// addDay adds the use of a day: purchased and used hours, and the cost of an hour.
func (u usage) addDay(hours, used, feeHourly, onDemandHourly float64) usage {
	u.hours += hours
	u.usedHours += used
	u.fee += hours * feeHourly
	u.onDemand += used * onDemandHourly
	return u
}

func (u usage) add(other usage) usage {
	return usage{u.hours + other.hours, u.usedHours + other.usedHours, u.fee + other.fee, u.onDemand + other.onDemand}
}

func (u usage) formatPercentage() string {
	if u.hours == 0 {
		return "0"
	}
	return formatDecimal(100 * u.usedHours / u.hours)
}

func (u usage) toReservationMembers() object {
	return object{
		"UtilizationPercentage": u.formatPercentage(), "PurchasedHours": formatDecimal(u.hours), "TotalActualHours": formatDecimal(u.usedHours),
		"UnusedHours": formatDecimal(u.hours - u.usedHours), "OnDemandCostOfRIHoursUsed": formatDecimal(u.onDemand),
		"NetRISavings": formatDecimal(u.onDemand - u.fee), "TotalPotentialRISavings": formatDecimal(u.onDemand/max(u.usedHours, 1)*u.hours - u.fee),
		"AmortizedUpfrontFee": "0", "AmortizedRecurringFee": formatDecimal(u.fee), "TotalAmortizedFee": formatDecimal(u.fee),
	}
}

func formatDecimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// getReservationUtilization covers EC2 unless the filter names another service, as the real operation does. Grouped by
// SUBSCRIPTION_ID it takes no granularity and answers for the whole period.
func getReservationUtilization(c *call, in utilizationInput) (any, error) {
	start, end, err := in.parsePeriod(c)
	if err != nil {
		return nil, err
	}
	if err := in.Filter.checkDimensions(c, "AZ", "LINKED_ACCOUNT", "PLATFORM", "REGION", "SERVICE", "SCOPE", "TENANCY"); err != nil {
		return nil, err
	}
	grouped := len(in.GroupBy) > 0
	switch {
	case grouped && (len(in.GroupBy) != 1 || in.GroupBy[0].Key != "SUBSCRIPTION_ID"):
		return nil, c.newInvalidf("Only SUBSCRIPTION_ID is supported in GroupBy.")
	case grouped && in.Granularity != "":
		return nil, c.newInvalidf("Granularity and GroupBy can't be set at the same time.")
	}
	reservations := findReservations(c.location, in.Filter)
	if len(reservations) == 0 {
		return nil, c.newErrorf("DataUnavailableException", "No reservation data is available for the requested period.")
	}
	periods := []period{in.TimePeriod}
	if in.Granularity != "" {
		periods = splitPeriod(start, end, in.Granularity)
	}
	var results []object
	for _, p := range periods {
		var groups []object
		total := usage{}
		for _, r := range reservations {
			u := sumReservationUsage(c.location, r, p)
			total = total.add(u)
			if grouped && u.hours > 0 {
				groups = append(groups, object{"Key": "SUBSCRIPTION_ID", "Value": r.ID, "Attributes": toReservationAttributes(c.location, r), "Utilization": u.toReservationMembers()})
			}
		}
		results = append(results, object{"TimePeriod": p, "Groups": groups, "Total": total.toReservationMembers()})
	}
	if !grouped {
		return object{"UtilizationsByTime": results}, nil
	}
	groups, _ := results[0]["Groups"].([]object)
	items, next, err := cutPage(c, groups, in.NextPageToken, in.MaxResults, limits{usual: 50, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	results[0]["Groups"] = items
	return object{"UtilizationsByTime": results, "Total": results[0]["Total"], "NextPageToken": next}, nil
}

func findReservations(l *location, f *utilizationFilter) []Reservation {
	names := f.findValues("SERVICE")
	if names == nil {
		names = []string{"Amazon Elastic Compute Cloud - Compute"}
	}
	var found []Reservation
	for _, region := range l.account.Regions {
		for _, r := range findItems(l.inRegion(region), generateReservations) {
			if slices.Contains(names, r.Service) && matchesAny(f.findValues("REGION"), region) && matchesAny(f.findValues("LINKED_ACCOUNT"), l.account.ID) {
				found = append(found, r)
			}
		}
	}
	return found
}

func sumReservationUsage(l *location, r Reservation, p period) usage {
	u := usage{}
	fee := r.Hourly + r.Upfront/float64(r.Years*365*24)
	visitDays(l, p, func(d time.Time) {
		if !d.Before(startOfDay(r.Start)) && d.Before(r.endDate()) {
			hours := float64(24 * r.Count)
			u = u.addDay(hours, hours*usedShare(l, r.ID, d), fee, r.OnDemandHourly)
		}
	})
	return u
}

// visitDays calls visit with the days of a period that have begun.
func visitDays(l *location, p period, visit func(time.Time)) {
	start, _ := time.Parse(time.DateOnly, p.Start) // checked by parsePeriod
	end, _ := time.Parse(time.DateOnly, p.End)
	for d := start; d.Before(end) && d.Before(l.now); d = d.AddDate(0, 0, 1) {
		visit(d)
	}
}

func toReservationAttributes(l *location, r Reservation) object {
	return object{
		"accountId": l.account.ID, "accountName": l.account.Name, "region": r.Region, "instanceType": r.InstanceType,
		"leaseId": r.ID, "reservationARN": r.ARN, "numberOfInstances": strconv.Itoa(r.Count), "offeringType": r.OfferingType,
		"platform": r.Product, "scope": "Region", "tenancy": "Shared", "startDateTime": formatISO(r.Start), "endDateTime": formatISO(r.endDate()),
		"subscriptionStatus": "Active", "service": r.Service,
	}
}

var planDimensions = []string{"LINKED_ACCOUNT", "SAVINGS_PLAN_ARN", "SAVINGS_PLANS_TYPE", "REGION", "PAYMENT_OPTION", "INSTANCE_TYPE_FAMILY"}

func getSavingsPlansUtilization(c *call, in utilizationInput) (any, error) {
	start, end, err := in.parsePeriod(c)
	if err != nil {
		return nil, err
	}
	if err := in.Filter.checkDimensions(c, planDimensions...); err != nil {
		return nil, err
	}
	periods := []period{in.TimePeriod}
	if in.Granularity != "" {
		periods = splitPeriod(start, end, in.Granularity)
	}
	results, total := []object{}, usage{}
	for _, p := range periods {
		sum := usage{}
		for _, plan := range findPlans(c.location, in.Filter) {
			u := sumPlanUsage(c.location, plan, p)
			sum = sum.add(u)
		}
		total = total.add(sum)
		results = append(results, sum.addPlanMembers(object{"TimePeriod": p}))
	}
	if total.hours == 0 {
		return nil, noPlanData(c)
	}
	return object{"SavingsPlansUtilizationsByTime": results, "Total": total.addPlanMembers(object{})}, nil
}

func getSavingsPlansUtilizationDetails(c *call, in utilizationInput) (any, error) {
	if _, _, err := in.parsePeriod(c); err != nil {
		return nil, err
	}
	if err := in.Filter.checkDimensions(c, planDimensions...); err != nil {
		return nil, err
	}
	details, total := []object{}, usage{}
	for _, plan := range findPlans(c.location, in.Filter) {
		u := sumPlanUsage(c.location, plan, in.TimePeriod)
		total = total.add(u)
		details = append(details, u.addPlanMembers(object{"SavingsPlanArn": plan.ARN, "Attributes": object{
			"SavingsPlansType": plan.Kind, "AccountId": c.account.ID, "AccountName": c.account.Name, "Region": plan.Region,
			"PaymentOption": plan.Payment, "StartDateTime": formatISO(plan.Start), "EndDateTime": formatISO(plan.endDate()),
			"HourlyCommitment": formatDecimal(plan.Hourly), "InstanceFamily": plan.Family, "Status": "Active",
		}}))
	}
	if total.hours == 0 {
		return nil, noPlanData(c)
	}
	items, next, err := cutPage(c, details, in.NextToken, in.MaxResults, limits{usual: 20, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"SavingsPlansUtilizationDetails": items, "Total": total.addPlanMembers(object{}), "TimePeriod": in.TimePeriod, "NextToken": next}, nil
}

func noPlanData(c *call) error {
	return c.newErrorf("DataUnavailableException", "No Savings Plans data is available for the requested period.")
}

func findPlans(l *location, f *utilizationFilter) []Plan {
	return slices.DeleteFunc(slices.Clone(findItems(l, generatePlans)), func(p Plan) bool {
		return !matchesAny(f.findValues("SAVINGS_PLAN_ARN"), p.ARN) || !matchesAny(f.findValues("LINKED_ACCOUNT"), l.account.ID)
	})
}

// sumPlanUsage counts commitment dollars as hours: a plan has one price for what it covers.
func sumPlanUsage(l *location, p Plan, period period) usage {
	u := usage{}
	visitDays(l, period, func(d time.Time) {
		if !d.Before(startOfDay(p.Start)) && d.Before(p.endDate()) {
			dollars := 24 * p.Hourly
			u = u.addDay(dollars, dollars*usedShare(l, p.ID, d), 1, 1.38)
		}
	})
	return u
}

func (u usage) addPlanMembers(o object) object {
	o["Utilization"] = object{
		"TotalCommitment": formatDecimal(u.hours), "UsedCommitment": formatDecimal(u.usedHours), "UnusedCommitment": formatDecimal(u.hours - u.usedHours),
		"UtilizationPercentage": u.formatPercentage(),
	}
	o["Savings"] = object{"NetSavings": formatDecimal(u.onDemand - u.fee), "OnDemandCostEquivalent": formatDecimal(u.onDemand)}
	o["AmortizedCommitment"] = object{"AmortizedRecurringCommitment": formatDecimal(u.fee), "AmortizedUpfrontCommitment": "0", "TotalAmortizedCommitment": formatDecimal(u.fee)}
	return o
}

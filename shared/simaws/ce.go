package simaws

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"view360/shared/simaws/wire"
)

var costExplorerService = service{
	name: "ce", protocol: wire.JSON{}, global: true,
	codes: wire.ErrorCodes{Throttled: "LimitExceededException"},
	operations: []operation{
		{name: "GetCostAndUsage", handle: handleInput(getCostAndUsage)},
		{name: "GetCostForecast", handle: handleInput(getCostForecast)},
		{name: "GetReservationUtilization", handle: handleInput(getReservationUtilization)},
		{name: "GetSavingsPlansUtilization", handle: handleInput(getSavingsPlansUtilization)},
		{name: "GetSavingsPlansUtilizationDetails", handle: handleInput(getSavingsPlansUtilizationDetails)},
	},
}

type period struct{ Start, End string }

// parsePeriod checks a period and returns its first day and the day after its last.
func parsePeriod(c *call, p period) (start, end time.Time, err error) {
	if start, err = time.Parse(time.DateOnly, p.Start); err != nil {
		return start, end, c.newInvalidf("Start time %s is invalid. Valid format is: yyyy-MM-dd.", p.Start)
	}
	if end, err = time.Parse(time.DateOnly, p.End); err != nil {
		return start, end, c.newInvalidf("End time %s is invalid. Valid format is: yyyy-MM-dd.", p.End)
	}
	if !start.Before(end) {
		return start, end, c.newInvalidf("Start date (and hour) should be before end date (and hour)")
	}
	return start, end, nil
}

// The months for which Cost Explorer answers: of costs, and of utilization.
const (
	costHistory        = 14
	utilizationHistory = 13
)

// checkCostPeriod refuses an end after the first of next month, and a start before the data that Cost Explorer keeps.
func checkCostPeriod(c *call, start, end time.Time) error {
	today := startOfDay(c.now)
	switch {
	case end.After(time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, time.UTC)):
		return c.newInvalidf("end date past the beginning of next month")
	case !start.Before(today.AddDate(0, -costHistory, 0)):
		return nil
	case start.Day() != 1:
		return c.newInvalidf("To retrieve data beyond the past %d months, your start date needs to be the first day of the month.", costHistory)
	default:
		return c.newInvalidf("You haven't enabled historical data beyond %d months.", costHistory)
	}
}

type costInput struct {
	TimePeriod    period
	Granularity   string
	Metrics       []string
	Metric        string // of a forecast
	GroupBy       []grouping
	Filter        *costFilter
	NextPageToken string
}

type grouping struct{ Type, Key string }

var costMetrics = []string{"UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "UsageQuantity", "NormalizedUsageAmount"}

func (in costInput) checkInput(c *call) error {
	switch {
	case in.Granularity == "":
		return c.newMissing("granularity")
	case in.Granularity == "HOURLY":
		return c.newInvalidf("Hourly data granularity is not enabled for this account.")
	case in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		return c.newInvalidf("1 validation error detected: Value '%s' at 'granularity' failed to satisfy constraint: Member must satisfy enum value set: [DAILY, HOURLY, MONTHLY]", in.Granularity)
	case len(in.Metrics) == 0:
		return c.newMissing("metrics")
	case len(in.GroupBy) > 2:
		return c.newInvalidf("1 validation error detected: Value at 'groupBy' failed to satisfy constraint: Member must have length less than or equal to 2")
	}
	for _, m := range in.Metrics {
		if !slices.Contains(costMetrics, m) {
			return c.newInvalidf("Metric %s is not valid.", m)
		}
	}
	for _, g := range in.GroupBy {
		if _, known := (Cost{}).findDimension(g.Key); g.Type != "DIMENSION" || !known {
			return c.newInvalidf("Group Definition %s %s is not valid.", g.Type, g.Key)
		}
	}
	return in.Filter.checkFilter(c)
}

// costRow is one group of one period.
type costRow struct {
	period int
	keys   [2]string
	amount float64
}

// costPage is how many groups one page of an answer holds. A period whose groups do not fit goes on in the next page.
const costPage = 1000

func getCostAndUsage(c *call, in costInput) (any, error) {
	start, end, err := parsePeriod(c, in.TimePeriod)
	if err != nil {
		return nil, err
	}
	if err := in.checkInput(c); err != nil {
		return nil, err
	}
	if err := checkCostPeriod(c, start, end); err != nil {
		return nil, err
	}
	periods := splitPeriod(start, end, in.Granularity)
	if len(in.GroupBy) == 0 {
		return sumCosts(c.location, in, periods), nil
	}
	rows, next, err := cutPage(c, groupCosts(c.location, in, periods), in.NextPageToken, nil, limits{usual: costPage, most: costPage})
	if err != nil {
		return nil, err
	}
	results := []object{}
	for i, p := range periods {
		groups := []object{}
		for _, row := range rows {
			if row.period == i {
				groups = append(groups, object{"Keys": row.keys[:len(in.GroupBy)], "Metrics": toAmounts(in.Metrics, row.amount)})
			}
		}
		if len(groups) > 0 || len(rows) == 0 {
			results = append(results, object{"TimePeriod": p, "Total": object{}, "Groups": groups, "Estimated": isEstimated(c.location, p)})
		}
	}
	return object{"ResultsByTime": results, "GroupDefinitions": in.GroupBy, "DimensionValueAttributes": []object{}, "NextPageToken": next}, nil
}

func sumCosts(l *location, in costInput, periods []period) any {
	in.GroupBy = nil
	totals := make([]float64, len(periods))
	for _, row := range groupCosts(l, in, periods) {
		totals[row.period] += row.amount
	}
	results := make([]object, len(periods))
	for i, p := range periods {
		results[i] = object{"TimePeriod": p, "Total": toAmounts(in.Metrics, totals[i]), "Groups": []object{}, "Estimated": isEstimated(l, p)}
	}
	return object{"ResultsByTime": results, "DimensionValueAttributes": []object{}}
}

// groupCosts returns the groups of all periods, sorted by period and keys.
func groupCosts(l *location, in costInput, periods []period) []costRow {
	type key struct {
		period int
		keys   [2]string
	}
	sums := map[key]float64{}
	for i, p := range periods {
		visitCosts(l, p, func(line Cost) {
			if !in.Filter.matchesCost(line) {
				return
			}
			k := key{period: i}
			for g, by := range in.GroupBy {
				k.keys[g], _ = line.findDimension(by.Key)
			}
			sums[k] += line.Amount
		})
	}
	rows := make([]costRow, 0, len(sums))
	for k, amount := range sums {
		rows = append(rows, costRow{k.period, k.keys, amount})
	}
	slices.SortFunc(rows, func(a, b costRow) int {
		return cmp.Or(cmp.Compare(a.period, b.period), cmp.Compare(a.keys[0], b.keys[0]), cmp.Compare(a.keys[1], b.keys[1]))
	})
	return rows
}

// visitCosts calls visit with every line of the bill of a period: the bill of all accounts in the management account,
// its own in a member.
func visitCosts(l *location, p period, visit func(Cost)) {
	start, _ := time.Parse(time.DateOnly, p.Start) // both were written by costPeriods
	end, _ := time.Parse(time.DateOnly, p.End)
	if set, ok := findSetItems[Cost](l); ok {
		for _, line := range set {
			if !line.Day.Before(start) && line.Day.Before(end) {
				visit(line)
			}
		}
		return
	}
	for i := range l.accounts {
		if a := &l.accounts[i]; a.ID == l.account.ID || l.account.ID == l.managementAccount().ID {
			for d := start; d.Before(end); d = d.AddDate(0, 0, 1) {
				visitBill(l, a, d, visit)
			}
		}
	}
}

// isEstimated reports whether a period reaches into the last days, which are not settled yet.
func isEstimated(l *location, p period) bool {
	return p.End > l.now.AddDate(0, 0, -2).Format(time.DateOnly)
}

// splitPeriod returns the days or calendar months from start to end; the first and last month may be parts.
func splitPeriod(start, end time.Time, granularity string) []period {
	var periods []period
	for from := start; from.Before(end); {
		to := from.AddDate(0, 0, 1)
		if granularity == "MONTHLY" {
			to = time.Date(from.Year(), from.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		if to.After(end) {
			to = end
		}
		periods = append(periods, period{from.Format(time.DateOnly), to.Format(time.DateOnly)})
		from = to
	}
	return periods
}

func toAmounts(metrics []string, amount float64) object {
	o := object{}
	for _, m := range metrics {
		unit := "USD"
		if m == "UsageQuantity" || m == "NormalizedUsageAmount" {
			unit = "N/A"
		}
		o[m] = object{"Amount": formatMoney(amount), "Unit": unit}
	}
	return o
}

// formatMoney returns an amount with the ten decimals of Cost Explorer.
func formatMoney(amount float64) string { return strconv.FormatFloat(amount, 'f', 10, 64) }

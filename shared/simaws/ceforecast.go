package simaws

import "time"

// getCostForecast carries the expected cost on, with an interval that widens with the distance.
func getCostForecast(c *call, in costInput) (any, error) {
	start, end, err := c.span(in.TimePeriod)
	if err != nil {
		return nil, err
	}
	today := day(c.now)
	switch {
	case in.Metric == "":
		return nil, c.missing("metric")
	case in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		return nil, c.invalidf("1 validation error detected: Value '%s' at 'granularity' failed to satisfy constraint: Member must satisfy enum value set: [DAILY, MONTHLY]", in.Granularity)
	case start.Before(today):
		return nil, c.invalidf("Start date is invalid. Please use a date that is on or after the current date.")
	case in.Granularity == "DAILY" && end.After(today.AddDate(0, 3, 1)), end.After(today.AddDate(0, 18, 1)):
		return nil, c.invalidf("End date is too far in the future for the requested granularity.")
	case c.now.Sub(c.created(c.account)) < 30*days:
		return nil, c.failf("DataUnavailableException", "Insufficient amount of historical data to generate forecast. Please try again later.")
	}
	if err := in.Filter.check(c); err != nil {
		return nil, err
	}
	results, total := []object{}, 0.0
	for i, p := range costPeriods(start, end, in.Granularity) {
		mean := c.forecast(in.Filter, p)
		spread := mean * min(0.04+0.02*float64(i), 0.3)
		total += mean
		results = append(results, object{
			"TimePeriod": p, "MeanValue": money(mean),
			"PredictionIntervalLowerBound": money(mean - spread), "PredictionIntervalUpperBound": money(mean + spread),
		})
	}
	return object{"Total": object{"Amount": money(total), "Unit": "USD"}, "ForecastResultsByTime": results}, nil
}

func (c *call) forecast(filter *costFilter, p period) float64 {
	start, _ := time.Parse(time.DateOnly, p.Start) // both were written by costPeriods
	end, _ := time.Parse(time.DateOnly, p.End)
	sum := 0.0
	for i := range c.accounts {
		a := &c.accounts[i]
		if a.ID != c.account.ID && c.account.ID != c.management().ID {
			continue
		}
		for d := start; d.Before(end); d = d.AddDate(0, 0, 1) {
			for _, p := range products {
				line := Cost{Account: a.ID, Service: p.name, Record: first(p.record, "Usage"), Entity: first(p.entity, "AWS")}
				if (p.only == "" || p.only == a.Character) && (!p.monthly || d.Day() == 1) && filter.admits(line) {
					sum += c.expected(a, p, d)
				}
			}
		}
	}
	return sum
}

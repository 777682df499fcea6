package simaws

import (
	"cmp"
	"time"
)

// getCostForecast answers with the expected cost, in an interval that widens with the distance.
func getCostForecast(c *call, in costInput) (any, error) {
	start, end, err := parsePeriod(c, in.TimePeriod)
	if err != nil {
		return nil, err
	}
	today := startOfDay(c.now)
	switch {
	case in.Metric == "":
		return nil, c.newMissing("metric")
	case in.Granularity != "DAILY" && in.Granularity != "MONTHLY":
		return nil, c.newInvalidf("1 validation error detected: Value '%s' at 'granularity' failed to satisfy constraint: Member must satisfy enum value set: [DAILY, MONTHLY]", in.Granularity)
	case start.Before(today):
		return nil, c.newInvalidf("Start date is invalid. Please use a date that is on or after the current date.")
	case in.Granularity == "DAILY" && end.After(today.AddDate(0, 3, 1)), end.After(today.AddDate(0, 18, 1)):
		return nil, c.newInvalidf("End date is too far in the future for the requested granularity.")
	case c.now.Sub(c.creationTime(c.account)) < 30*days:
		return nil, c.newErrorf("DataUnavailableException", "Insufficient amount of historical data to generate forecast. Please try again later.")
	}
	if err := in.Filter.checkFilter(c); err != nil {
		return nil, err
	}
	results, total := []object{}, 0.0
	for i, p := range splitPeriod(start, end, in.Granularity) {
		mean := forecastCost(c.location, in.Filter, p)
		spread := mean * min(0.04+0.02*float64(i), 0.3)
		total += mean
		results = append(results, object{
			"TimePeriod": p, "MeanValue": formatMoney(mean),
			"PredictionIntervalLowerBound": formatMoney(mean - spread), "PredictionIntervalUpperBound": formatMoney(mean + spread),
		})
	}
	return object{"Total": object{"Amount": formatMoney(total), "Unit": "USD"}, "ForecastResultsByTime": results}, nil
}

func forecastCost(l *location, filter *costFilter, p period) float64 {
	start, _ := time.Parse(time.DateOnly, p.Start) // both were written by costPeriods
	end, _ := time.Parse(time.DateOnly, p.End)
	sum := 0.0
	for i := range l.accounts {
		a := &l.accounts[i]
		if a.ID != l.account.ID && l.account.ID != l.managementAccount().ID {
			continue
		}
		for d := start; d.Before(end); d = d.AddDate(0, 0, 1) {
			for _, p := range products {
				line := Cost{Account: a.ID, Service: p.name, Record: cmp.Or(p.record, "Usage"), Entity: cmp.Or(p.entity, "AWS")}
				if (p.only == "" || p.only == a.Character) && (!p.monthly || d.Day() == 1) && filter.matchesCost(line) {
					sum += expectedCost(l, a, p, d)
				}
			}
		}
	}
	return sum
}

package cost_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestServices(t *testing.T) {
	loadtest.Run(t, "services", []loadtest.Case{
		{
			Name: "missing parts of keys do not double rows", // L20
			Loads: []loadtest.Snapshot{
				loadtest.Day(11, "service", `[{"service":"EC2","usage_types":null,"date_from":"2026-03-10","date_to":"2026-03-11","cost":1}]`),
				loadtest.Day(12, "service", `[{"service":"EC2","date_from":"2026-03-10","date_to":"2026-03-11","cost":2}]`),
			},
			Query: "select usage_types, cost::text from services", Want: []string{"Aggregated|2.0000000000"},
		},
		{
			Name: "amounts keep every digit", // L52
			Loads: []loadtest.Snapshot{loadtest.Day(11, "service", `[{"service":"a","date_from":"2026-03-10","date_to":"2026-03-11","cost":1234567890.0123456789},
				{"service":"b","date_from":"2026-03-10","date_to":"2026-03-11","cost":"0.0000000001"},
				{"service":"c","date_from":"2026-03-10","date_to":"2026-03-11","cost":0.00000000005}]`)},
			Query: "select cost::text from services order by service", Want: []string{"1234567890.0123456789", "0.0000000001", "0.0000000001"},
		},
		{
			Name: "row without a cost is rejected", // L53
			Loads: []loadtest.Snapshot{loadtest.Day(11, "service", `[{"service":"EC2","date_from":"2026-03-10","date_to":"2026-03-11"},
				{"service":"S3","date_from":"2026-03-10","date_to":"2026-03-11","cost":1}]`)},
			Query: "select service from services", Want: []string{"S3"},
			Rejects: []string{"service|0|cost|is missing"},
		},
		{
			Name: "row that ends before it starts is rejected",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "service", `[{"service":"EC2","date_from":"2026-03-12","date_to":"2026-03-11","cost":1},
				{"service":"S3","date_from":"2026-03-10","date_to":"2026-03-10","cost":1}]`)},
			Query: "select service from services", Want: []string{"S3"}, Counts: load.Counts{Read: 2, Created: 1, Rejected: 1},
			Rejects: []string{"service|0|date_to|is before date_from"},
		},
		{
			Name: "service that left the bill of a day leaves the day, and no other",
			Loads: []loadtest.Snapshot{
				loadtest.Day(10, "service", bill("2026-03-09", "EC2", "MARK")), loadtest.Day(11, "service", bill("2026-03-10", "EC2", "MARK")),
				monthly("service", bill("2026-03-01", "EC2", "MARK")), restated("service", bill("2026-03-10", "EC2")),
			},
			Query: "select date_from::text, service from services where period_granularity = 'DAILY' order by 1, 2",
			Want:  []string{"2026-03-09|EC2", "2026-03-09|MARK", "2026-03-10|EC2"}, Counts: load.Counts{Read: 1, Unchanged: 1, Deleted: 1},
		},
		{
			Name:  "older bill of a day adds nothing to a newer one",
			Loads: []loadtest.Snapshot{restated("service", bill("2026-03-10", "EC2")), loadtest.Day(11, "service", bill("2026-03-10", "EC2", "MARK"))},
			Query: "select service from services", Want: []string{"EC2"},
		},
		{
			Name:  "empty bill of a day stays empty",
			Loads: []loadtest.Snapshot{restated("service", `[]`), loadtest.Day(11, "service", bill("2026-03-10", "EC2", "MARK"))},
			Query: "select count(*)::int from services", Want: []string{"0"},
		},
	})
}

// bill returns services that cost one dollar on a day.
func bill(day string, services ...string) string {
	rows := make([]string, len(services))
	for i, service := range services {
		rows[i] = fmt.Sprintf(`{"service":%q,"date_from":%q,"date_to":%q,"cost":1}`, service, day, nextDay(day))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func nextDay(day string) string {
	date, _ := time.Parse(time.DateOnly, day)
	return date.AddDate(0, 0, 1).Format(time.DateOnly)
}

// restated returns the snapshot of 2026-03-11, collected two days later.
func restated(section, text string) loadtest.Snapshot {
	s := loadtest.Day(11, section, text)
	s.Collected = "2026-03-13T01:00:00Z"
	return s
}

// monthly returns the snapshot of March 2026.
func monthly(section, text string) loadtest.Snapshot {
	return loadtest.Snapshot{Date: "2026-03-31", Interval: "MONTHLY", Collected: "2026-04-01T05:00:00Z", Sections: map[string]string{section: text}}
}

func TestCostReports(t *testing.T) {
	report := func(date, interval, amount string) loadtest.Snapshot {
		return loadtest.Snapshot{Date: date, Interval: interval, Sections: map[string]string{"cost": fmt.Sprintf(`{"account_id":"111122223333","current_period_cost":%s,
			"previous_period_cost":0,"cost_difference":0,"cost_difference_percentage":0,"top_services":[],"period":{"start":"2026-03-01","end":"2026-03-02","granularity":%q},
			"forecast":[]}`, amount, interval)}}
	}
	loadtest.Run(t, "cost_reports", []loadtest.Case{{
		Name:  "granularities keep their own rows", // L27, L28
		Loads: []loadtest.Snapshot{report("2026-03-02", "DAILY", "1"), report("2026-03-31", "MONTHLY", "31"), report("2026-12-31", "YEARLY", "365")},
		Query: "select period_granularity::text, current_period_cost::text from cost_reports order by 2",
		Want:  []string{"DAILY|1.0000000000", "MONTHLY|31.0000000000", "YEARLY|365.0000000000"},
	}})
}

func TestServiceCosts(t *testing.T) { loadtest.Run(t, "service_costs", nil) }

func TestCostForecasts(t *testing.T) { loadtest.Run(t, "cost_forecasts", nil) }

func TestMarketplaceUsage(t *testing.T) {
	product := func(start, end string, cost int) string {
		return fmt.Sprintf(`[{"product_code":"p","product_name":"p","cost_consumed":%d,"period_start":%q,"period_end":%q}]`, cost, start, end)
	}
	loadtest.Run(t, "marketplace_usage", []loadtest.Case{
		{
			Name:  "month does not overwrite its first day",
			Loads: []loadtest.Snapshot{loadtest.Day(2, "marketplace", product("2026-03-01", "2026-03-02", 1)), monthly("marketplace", product("2026-03-01", "2026-04-01", 31))},
			Query: "select period_end::text, cost_consumed::float from marketplace_usage", Want: []string{"2026-03-02|1"}, Counts: load.Counts{},
		},
		{
			Name:  "days without products are not one day",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "marketplace", product("2026-03-10", "2026-03-11", 1)), loadtest.Day(12, "marketplace", `[]`), restated("marketplace", `[]`)},
			Query: "select count(*)::int from marketplace_usage", Want: []string{"0"},
		},
		{
			Name:  "product that left the bill of a day leaves the day",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "marketplace", product("2026-03-10", "2026-03-11", 1)), restated("marketplace", `[]`)},
			Query: "select count(*)::int from marketplace_usage", Want: []string{"0"},
		},
	})
}

func TestSavings(t *testing.T) {
	const ofADay = `[{"subscription_id":"s","reservation_type":"Savings Plan","date_from":%q,"date_to":"2026-03-11","net_savings":%d}]`
	loadtest.Run(t, "ri_sp_daily_savings", []loadtest.Case{
		{
			Name:  "another start of the same day is the same row", // L25
			Loads: []loadtest.Snapshot{loadtest.Day(11, "ri_sp_savings", fmt.Sprintf(ofADay, "2026-03-10", 1)), loadtest.Day(12, "ri_sp_savings", fmt.Sprintf(ofADay, "2026-03-09", 2))},
			Query: "select date_from::text, net_savings::text from ri_sp_daily_savings", Want: []string{"2026-03-09|2.00"},
		},
		{
			Name: "commitment has one row per day", // L29
			Loads: []loadtest.Snapshot{loadtest.Day(31, "ri_sp_savings", `[
				{"subscription_id":"s","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01","date":"2026-03-30","net_savings":1},
				{"subscription_id":"s","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01","date":"2026-03-31","net_savings":2},
				{"subscription_id":"p","reservation_type":"Savings Plan","date_from":"2026-03-01","date_to":"2026-04-01"}]`)},
			Query: "select subscription_id, date_from::text, date_to::text, net_savings::text from ri_sp_daily_savings order by 1, 2",
			Want:  []string{"p|2026-03-01|2026-04-01|<nil>", "s|2026-03-30|2026-03-31|1.00", "s|2026-03-31|2026-04-01|2.00"},
		},
		{
			Name: "month does not overwrite its first day",
			Loads: []loadtest.Snapshot{loadtest.Day(2, "ri_sp_savings", `[{"subscription_id":"s","reservation_type":"Savings Plan","date":"2026-03-01","net_savings":1}]`),
				monthly("ri_sp_savings", `[{"subscription_id":"s","reservation_type":"Savings Plan","date":"2026-03-01","net_savings":31}]`)},
			Query: "select net_savings::text from ri_sp_daily_savings", Want: []string{"1.00"},
		},
	})
}

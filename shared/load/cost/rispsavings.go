package cost

import (
	"time"

	"view360/shared/load"
)

// savings has one row for each day that a reservation or plan reports, from that day to the next.
var savings = load.Table{
	Name: "ri_sp_daily_savings", Section: "ri_sp_savings[]", Nature: load.PeriodFact, HasUpdatedAt: true, DailyOnly: true,
	Key: []string{"account_id", "subscription_id", "date_to", "reservation_type"},
	Columns: []load.Column{
		{Name: "date_from", Member: "date", FallbackMember: "date_from", Type: load.Date, Rule: load.Required},
		{Name: "date_to", Member: "date", Map: nextDay, FallbackMember: "date_to", Type: load.Date, Rule: load.Required},
		{Name: "reservation_type", Type: load.Varchar(50), Rule: load.Required},
		{Name: "subscription_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "offering_id", Type: load.Varchar(255)},
		{Name: "savings_plan_arn", Type: load.Varchar(255)},
		{Name: "service", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "instance_type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "instance_count", Type: load.Integer},
		{Name: "instance_family", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "instance_tenancy", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "offering_class", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "product_types", Type: load.Text, Rule: load.Join},
		{Name: "region", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "utilization_percentage", Type: load.Numeric(5, 2)},
		{Name: "on_demand_cost", Type: load.Numeric(12, 2)},
		{Name: "reservation_cost", Type: load.Numeric(12, 2)},
		{Name: "net_savings", Type: load.Numeric(12, 2)},
		{Name: "commitment", Type: load.Numeric(12, 2)},
		{Name: "upfront_cost", Type: load.Numeric(12, 2)},
		{Name: "recurring_cost", Type: load.Numeric(12, 2)},
		{Name: "recurring_frequency", Type: load.Varchar(20), Rule: load.Cut},
		{Name: "usage_price", Type: load.Numeric(12, 2)},
		{Name: "currency", Type: load.Varchar(10)},
		{Name: "start_date", Type: load.Timestamp},
		{Name: "end_date", Type: load.Timestamp},
		{Name: "returnable_until", Type: load.Timestamp},
		{Name: "duration_seconds", Type: load.Integer},
		{Name: "offering_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "description", Type: load.Text},
	},
}

func nextDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

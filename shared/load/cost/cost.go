// Package cost maps the sections about costs to their tables.
package cost

import (
	"view360/shared/load"
	"view360/shared/snapshot"
)

// Group is the table group cost.
var Group = load.Group{Name: "cost", Tables: []load.Table{services, costReports, serviceCosts, costForecasts, marketplaceUsage, savings}}

func global(snapshot.Index) string { return "Global" }

func granularity(index snapshot.Index) string { return string(index.Name.Interval) }

var services = load.Table{
	Name: "services", Section: "service[]", Nature: load.PeriodFact, HasUpdatedAt: true,
	Key:           []string{"account_id", "service", "usage_types", "date_from", "period_granularity"},
	PeriodColumns: [2]string{"date_from", "date_to"}, ReplacePeriod: true,
	Columns: []load.Column{
		{Name: "service", Type: load.Varchar(255), Rule: load.Required},
		{Name: "date_from", Type: load.Date, Rule: load.Required},
		{Name: "date_to", Type: load.Date, Rule: load.Required},
		{Name: "cost", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "currency", Type: load.Varchar(3), Default: "USD"},
		{Name: "utilization", Type: load.Numeric(20, 10)},
		{Name: "utilization_unit", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "usage_types", Type: load.Text, Rule: load.Join, Default: "Aggregated"},
		{Name: "period_granularity", Type: load.Granularity, Fixed: granularity},
	},
}

var costReports = load.Table{
	Name: "cost_reports", Section: "cost", Nature: load.PeriodFact, IsParent: true,
	Key: []string{"account_id", "period_start", "region", "period_granularity"},
	Columns: []load.Column{
		{Name: "current_period_cost", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "previous_period_cost", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "cost_difference", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "cost_difference_percentage", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "potential_monthly_savings", Type: load.Numeric(20, 10), Default: "0"},
		{Name: "anomalies_detected", Type: load.Integer, Default: "0"},
		{Name: "saving_opportunities_count", Type: load.Integer, Default: "0"},
		{Name: "period_start", Member: "period.start", Type: load.Date, Rule: load.Required},
		{Name: "period_end", Member: "period.end", Type: load.Date, Rule: load.Required},
		{Name: "period_granularity", Member: "period.granularity", Type: load.Granularity, Rule: load.Required},
		{Name: "region", Type: load.Text, Fixed: global},
	},
}

var serviceCosts = load.Table{
	Name: "service_costs", Section: "cost.top_services[]", Nature: load.PeriodFact, ReplaceSet: true,
	Key:    []string{"cost_report_id", "service_name", "region"},
	Parent: &load.Parent{Table: "cost_reports", Column: "cost_report_id"},
	Columns: []load.Column{
		{Name: "service_name", Member: "service", Type: load.Varchar(255), Rule: load.Required},
		{Name: "cost", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "region", Type: load.Text, Fixed: global},
	},
}

var costForecasts = load.Table{
	Name: "cost_forecasts", Section: "cost.forecast[]", Nature: load.PeriodFact, ReplaceSet: true,
	Key:    []string{"cost_report_id", "period_start", "region"},
	Parent: &load.Parent{Table: "cost_reports", Column: "cost_report_id"},
	Columns: []load.Column{
		{Name: "period_start", Member: "period.start", Type: load.Date, Rule: load.Required},
		{Name: "period_end", Member: "period.end", Type: load.Date, Rule: load.Required},
		{Name: "amount", Type: load.Numeric(20, 10), Rule: load.Required},
		{Name: "prediction_interval_lower_bound", Type: load.Numeric(20, 10)},
		{Name: "prediction_interval_upper_bound", Type: load.Numeric(20, 10)},
		{Name: "region", Type: load.Text, Fixed: global},
	},
}

var marketplaceUsage = load.Table{
	Name: "marketplace_usage", Section: "marketplace[]", Nature: load.PeriodFact, DailyOnly: true,
	Key:           []string{"account_id", "product_code", "period_start"},
	PeriodColumns: [2]string{"period_start", "period_end"}, ReplacePeriod: true,
	Columns: []load.Column{
		{Name: "product_code", Type: load.Varchar(255), Rule: load.Required},
		{Name: "product_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "cost_consumed", Type: load.Numeric(20, 10)},
		{Name: "currency", Type: load.Varchar(3), Default: "USD"},
		{Name: "period_start", Type: load.Date, Rule: load.Required},
		{Name: "period_end", Type: load.Date},
		{Name: "status", Type: load.Varchar(50), Rule: load.Cut},
	},
}

package resources

import "view360/shared/load"

var computeOptimizer = load.Table{
	Name: "compute_optimizer", Section: "compute_optimizer[]", Nature: load.CurrentState,
	Key: []string{"account_id", "resource_arn"},
	Columns: []load.Column{
		{Name: "resource_type", Type: load.Varchar(50), Rule: load.Required},
		{Name: "resource_arn", Type: load.Varchar(255), Rule: load.Required},
		{Name: "resource_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "finding", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "current_instance_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "current_memory_size", Type: load.Integer},
		{Name: "current_volume_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "current_volume_size", Type: load.Integer},
		{Name: "recommended_instance_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "recommended_memory_size", Type: load.Integer},
		{Name: "recommended_volume_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "recommended_volume_size", Type: load.Integer},
		{Name: "savings_opportunity_percentage", Type: load.Numeric(5, 2)},
		{Name: "estimated_monthly_savings_usd", Type: load.Numeric(10, 2)},
		{Name: "performance_risk", Type: load.Numeric(3, 2)},
		{Name: "cpu_utilization_max", Type: load.Numeric(5, 2)},
		{Name: "memory_utilization_avg", Type: load.Numeric(5, 2)},
		{Name: "migration_effort", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "estimated_monthly_savings", Type: load.Numeric(20, 10)},
		{Name: "savings_currency", Type: load.Text},
	},
}

package board

import "view360/shared/outcome"

var inventory = Sheet{"Inventory", []Visual{
	{Kind: KPI, Title: "Managed instances", Data: instances, Values: []Field{countDistinct("instance_id", "Instances")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Not online", Data: instances, Values: []Field{sumOf("not_online", "Instances")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Missing patches", Data: patches, Values: []Field{countRows("title", "Patches")}, Where: []Filter{keepValues("patch_state", "MISSING", "FAILED")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Installed applications", Data: applications, Values: []Field{countDistinct("name", "Applications")}, Wide: 9, High: 5},
	{Kind: Pie, Title: "Instances by platform", Data: instances, By: []Field{groupBy("platform", "Platform")}, Values: []Field{countDistinct("instance_id", "Instances")}, Sort: "instance_id", Wide: 18, High: 11},
	{Kind: Row, Title: "Patches by state and severity", Data: patches, By: []Field{groupBy("patch_state", "State")}, Values: []Field{countRows("title", "Patches")},
		Across: []Field{groupBy("patch_severity", "Severity")}, Sort: "title", Wide: 18, High: 11},
	{Kind: Table, Title: "Applications", Data: applications, By: []Field{groupBy("name", "Application"), groupBy("version", "Version"), groupBy("publisher", "Publisher")},
		Values: []Field{countDistinct("ii_instance_id", "Instances"), countDistinct("account", "Accounts")}, Sort: "ii_instance_id", Wide: 36, High: 16},
	{Kind: Table, Title: "Findings of GuardDuty", Data: "view_guard_duty_findings", By: listFields(groupBy("finding_type", "Type"), groupBy("title", "Title"), groupByDay("updated_at", "Changed on")),
		Values: []Field{{Column: "severity", Label: "Severity", Count: Maximum}}, Sort: "severity", Wide: 36, High: 14},
	{Kind: Table, Title: "Active findings of Inspector", Data: "view_inspector_findings", By: listFields(groupBy("severity", "Severity"), groupBy("title", "Title")),
		Values: []Field{countDistinct("finding_arn", "Findings")}, Where: []Filter{keepValues("status", "ACTIVE")}, Sort: "finding_arn", Wide: 36, High: 14},
}}

var support = Sheet{"Support", []Visual{
	{Kind: KPI, Title: "Support cases", Data: tickets, Values: []Field{countDistinct("case_id", "Cases")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Open health events", Data: "view_health_events", Values: []Field{countDistinct("arn", "Events")}, Where: []Filter{keepValues("status_code", "open", "upcoming")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Possible savings (USD)", Subtitle: "Estimated by Trusted Advisor", Data: advice, Values: []Field{sumUSD("potential_savings", "Savings (USD)")}, Wide: 12, High: 5},
	{Kind: Bar, Title: "Cases by severity and status", Data: tickets, By: []Field{groupBy("severity_code", "Severity")}, Values: []Field{countDistinct("case_id", "Cases")},
		Across: []Field{groupBy("status", "Status")}, Sort: "case_id", Wide: 18, High: 11},
	{Kind: Pie, Title: "Advice by category", Data: advice, By: []Field{groupBy("category", "Category")}, Values: []Field{countRows("check_name", "Checks")}, Sort: "check_name", Wide: 18, High: 11},
	{Kind: Table, Title: "Support cases", Data: tickets, By: listFields(groupBy("display_id", "Case"), groupBy("subject", "Subject"), groupBy("severity_code", "Severity"), groupBy("status", "Status"),
		groupByDay("time_created", "Opened on")), Sort: "time_created", Wide: 36, High: 14},
	{Kind: Table, Title: "Health events", Data: "view_health_events", By: listFields(groupBy("service", "Service"), groupBy("event_type_code", "Event"), groupBy("region", "Region"),
		groupBy("status_code", "Status"), groupByDay("start_time", "Began on")), Sort: "start_time", Wide: 36, High: 14},
	{Kind: Table, Title: "Trusted Advisor", Data: advice, By: listFields(groupBy("check_name", "Check"), groupBy("category", "Category"), groupBy("severity", "Severity")),
		Values: []Field{sumOf("affected_resources_count", "Affected resources"), sumUSD("potential_savings", "Savings (USD)")}, Sort: "affected_resources_count", Wide: 36, High: 14},
}}

var coverage = Sheet{"Coverage", []Visual{
	{Kind: KPI, Title: "Services that failed", Subtitle: "In the newest run of an account and region", Data: "coverage", Values: []Field{countRows("service", "Services")},
		Where: []Filter{keepValues("last_outcome", failedStatuses()...)}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Oldest success (hours ago)", Data: "coverage", Values: []Field{{Column: "age", Label: "Hours", Count: Maximum, Format: Whole}}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Rejected values", Subtitle: "Of the last 30 days", Data: "recent_rejects", Values: []Field{countRows("reason", "Values")}, Wide: 12, High: 5},
	{Kind: Pivot, Title: "Hours since the last success", Data: "coverage", By: []Field{account, accountName, region}, Across: []Field{groupBy("service", "Service")},
		Values: []Field{{Column: "age", Label: "Hours", Count: Maximum, Format: Whole}}, Wide: 36, High: 18},
	{Kind: Table, Title: "What failed, and why", Data: "coverage", By: listFields(region, groupBy("service", "Service"), groupBy("reason", "Reason"), groupByDay("last_run_at", "Last run")),
		Where: []Filter{keepValues("last_outcome", failedStatuses()...)}, Sort: "last_run_at", Wide: 36, High: 14},
	{Kind: Line, Title: "Rows loaded per day", Data: "load_history", By: []Field{groupByDay("started_at", "Day")},
		Values: []Field{sumOf("created", "Created"), sumOf("updated", "Updated"), sumOf("rejected", "Rejected")}, Sort: "+started_at", Wide: 36, High: 11},
	{Kind: Table, Title: "Rejected values", Data: "recent_rejects", By: listFields(groupBy("table_name", "Table"), groupBy("column_name", "Column"), groupBy("reason", "Reason")),
		Values: []Field{countRows("object_key", "Values")}, Sort: "object_key", Wide: 36, High: 14},
}}

// failedStatuses returns the texts of the statuses that fail a run.
func failedStatuses() (texts []string) {
	for _, info := range outcome.Infos {
		if info.Failed {
			texts = append(texts, string(info.Status))
		}
	}
	return texts
}

const (
	instances    = "view_inventory_instances"
	applications = "view_inventory_applications"
	tickets      = "view_acct_support_tickets"
	advice       = "view_trusted_advisor_checks"
)

// Sheets are all sheets, in the order of the tabs.
var Sheets = []Sheet{overview, costs, security, resilience, inventory, support, commitments, coverage}

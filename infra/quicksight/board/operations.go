package board

var inventory = Sheet{"Inventory", []Visual{
	{Kind: KPI, Title: "Managed instances", Data: instances, Values: []Field{distinct("instance_id", "Instances")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Not online", Data: instances, Values: []Field{sum("not_online", "Instances")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Missing patches", Data: patches, Values: []Field{rows("title", "Patches")}, Where: []Filter{is("patch_state", "MISSING", "FAILED")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Installed applications", Data: applications, Values: []Field{distinct("name", "Applications")}, Wide: 9, High: 5},
	{Kind: Pie, Title: "Instances by platform", Data: instances, By: []Field{by("platform", "Platform")}, Values: []Field{distinct("instance_id", "Instances")}, Sort: "instance_id", Wide: 18, High: 11},
	{Kind: Row, Title: "Patches by state and severity", Data: patches, By: []Field{by("patch_state", "State")}, Values: []Field{rows("title", "Patches")},
		Across: []Field{by("patch_severity", "Severity")}, Sort: "title", Wide: 18, High: 11},
	{Kind: Table, Title: "Applications", Data: applications, By: []Field{by("name", "Application"), by("version", "Version"), by("publisher", "Publisher")},
		Values: []Field{distinct("ii_instance_id", "Instances"), distinct("account", "Accounts")}, Sort: "ii_instance_id", Wide: 36, High: 16},
	{Kind: Table, Title: "Findings of GuardDuty", Data: "view_guard_duty_findings", By: list(by("finding_type", "Type"), by("title", "Title"), day("updated_at", "Changed on")),
		Values: []Field{{Column: "severity", Label: "Severity", Count: Maximum}}, Sort: "severity", Wide: 36, High: 14},
	{Kind: Table, Title: "Active findings of Inspector", Data: "view_inspector_findings", By: list(by("severity", "Severity"), by("title", "Title")),
		Values: []Field{distinct("finding_arn", "Findings")}, Where: []Filter{is("status", "ACTIVE")}, Sort: "finding_arn", Wide: 36, High: 14},
}}

var support = Sheet{"Support", []Visual{
	{Kind: KPI, Title: "Support cases", Data: tickets, Values: []Field{distinct("case_id", "Cases")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Open health events", Data: "view_health_events", Values: []Field{distinct("arn", "Events")}, Where: []Filter{is("status_code", "open", "upcoming")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Possible savings (USD)", Subtitle: "Estimated by Trusted Advisor", Data: advice, Values: []Field{usd("potential_savings", "Savings (USD)")}, Wide: 12, High: 5},
	{Kind: Bar, Title: "Cases by severity and status", Data: tickets, By: []Field{by("severity_code", "Severity")}, Values: []Field{distinct("case_id", "Cases")},
		Across: []Field{by("status", "Status")}, Sort: "case_id", Wide: 18, High: 11},
	{Kind: Pie, Title: "Advice by category", Data: advice, By: []Field{by("category", "Category")}, Values: []Field{rows("check_name", "Checks")}, Sort: "check_name", Wide: 18, High: 11},
	{Kind: Table, Title: "Support cases", Data: tickets, By: list(by("display_id", "Case"), by("subject", "Subject"), by("severity_code", "Severity"), by("status", "Status"),
		day("time_created", "Opened on")), Sort: "time_created", Wide: 36, High: 14},
	{Kind: Table, Title: "Health events", Data: "view_health_events", By: list(by("service", "Service"), by("event_type_code", "Event"), by("region", "Region"),
		by("status_code", "Status"), day("start_time", "Began on")), Sort: "start_time", Wide: 36, High: 14},
	{Kind: Table, Title: "Trusted Advisor", Data: advice, By: list(by("check_name", "Check"), by("category", "Category"), by("severity", "Severity")),
		Values: []Field{sum("affected_resources_count", "Affected resources"), usd("potential_savings", "Savings (USD)")}, Sort: "affected_resources_count", Wide: 36, High: 14},
}}

var coverage = Sheet{"Coverage", []Visual{
	{Kind: KPI, Title: "Services that failed", Subtitle: "In the newest run of an account and region", Data: "coverage", Values: []Field{rows("service", "Services")},
		Where: []Filter{is("last_outcome", "Fail")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Oldest success (hours ago)", Data: "coverage", Values: []Field{{Column: "age", Label: "Hours", Count: Maximum, Format: Whole}}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Rejected values", Subtitle: "Of the last 30 days", Data: "recent_rejects", Values: []Field{rows("reason", "Values")}, Wide: 12, High: 5},
	{Kind: Pivot, Title: "Hours since the last success", Data: "coverage", By: []Field{account, accountName, region}, Across: []Field{by("service", "Service")},
		Values: []Field{{Column: "age", Label: "Hours", Count: Maximum, Format: Whole}}, Wide: 36, High: 18},
	{Kind: Table, Title: "What failed, and why", Data: "coverage", By: list(region, by("service", "Service"), by("reason", "Reason"), day("last_run_at", "Last run")),
		Where: []Filter{is("last_outcome", "Fail")}, Sort: "last_run_at", Wide: 36, High: 14},
	{Kind: Line, Title: "Rows loaded per day", Data: "load_history", By: []Field{day("started_at", "Day")},
		Values: []Field{sum("created", "Created"), sum("updated", "Updated"), sum("rejected", "Rejected")}, Sort: "+started_at", Wide: 36, High: 11},
	{Kind: Table, Title: "Rejected values", Data: "recent_rejects", By: list(by("table_name", "Table"), by("column_name", "Column"), by("reason", "Reason")),
		Values: []Field{rows("object_key", "Values")}, Sort: "object_key", Wide: 36, High: 14},
}}

const (
	instances    = "view_inventory_instances"
	applications = "view_inventory_applications"
	tickets      = "view_acct_support_tickets"
	advice       = "view_trusted_advisor_checks"
)

// Sheets are all sheets, in the order of the tabs.
var Sheets = []Sheet{overview, costs, security, resilience, inventory, support, commitments, coverage}

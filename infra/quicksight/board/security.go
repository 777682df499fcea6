package board

// SecurityServices are the services, by their names in Cost Explorer, whose cost counts as cost of security.
var SecurityServices = []string{
	"AWS Security Hub", "Amazon GuardDuty", "Amazon Inspector", "AWS Config", "AWS WAF", "AWS Shield", "AWS Key Management Service",
	"AWS Secrets Manager", "AWS Certificate Manager", "AWS CloudTrail", "Amazon Macie", "Amazon Detective", "AWS Network Firewall",
	"AWS Firewall Manager", "AWS Audit Manager", "AWS IAM Access Analyzer", "Amazon Security Lake", "AWS CloudHSM",
}

// open keeps the open findings, as view360.open_findings defines them.
var open = []Filter{keepOne("is_open")}

func openOf(severities ...string) []Filter {
	return []Filter{open[0], keepValues("severity", severities...)}
}

func findingsOf(severity string) Visual {
	return Visual{Kind: KPI, Title: "Open findings: " + severity, Data: findings, Values: []Field{countDistinct("finding_id", "Findings")},
		Where: openOf(severity), Wide: 9, High: 5}
}

// perAccount is the pie beside the list of a service.
func perAccount(title, data, column string) Visual {
	return Visual{Kind: Pie, Title: title, Data: data, By: []Field{account}, Values: []Field{countDistinct(column, "Count")}, Sort: column, Wide: 10, High: 16}
}

var security = Sheet{"Security", []Visual{
	findingsOf("CRITICAL"), findingsOf("HIGH"), findingsOf("MEDIUM"),
	{Kind: KPI, Title: "Cost of security services (USD)", Data: "view_acct_serv", Values: []Field{sumUSD("cost", "Cost (USD)")},
		Where: []Filter{keepValues("service", SecurityServices...)}, Wide: 9, High: 5},
	{Kind: Table, Title: drift.Title, Subtitle: drift.Subtitle, Data: drift.Data, By: drift.By, Values: drift.Values, Sort: drift.Sort, Where: drift.Where, AnyDate: true, Wide: 27, High: 12},
	{Kind: KPI, Title: compliance.Title, Subtitle: compliance.Subtitle, Data: compliance.Data, Values: compliance.Values, By: compliance.By, Sort: compliance.Sort, Rising: Good, Wide: 9, High: 12},
	{Kind: Table, Title: "Non-compliant resources", Subtitle: "The newest evaluation of each rule", Data: nonCompliant,
		By: listFields(groupBy("rule_name", "Rule"), groupBy("resource_type", "Resource type")), Values: []Field{countRows("resource_id", "Resources")}, Sort: "resource_id", Wide: 36, High: 16},
	{Kind: Pivot, Title: "AWS Security Hub", Subtitle: "Open findings by severity and status", Data: findings, By: []Field{sortBy("severity_rank"), groupBy("severity", "Severity")},
		Across: []Field{groupBy("status", "Status")}, Sort: "+severity_rank", Where: open, Wide: 10, High: 10},
	{Kind: Pie, Title: "Findings by affected service", Data: findings, By: []Field{groupBy("service", "Service")}, Values: []Field{countDistinct("finding_id", "Findings")},
		Sort: "finding_id", Where: open, Wide: 13, High: 10},
	{Kind: Pie, Title: "Findings by security service", Data: findings, By: []Field{groupBy("product_name", "Product")}, Values: []Field{countDistinct("finding_id", "Findings")},
		Sort: "finding_id", Where: open, Wide: 13, High: 10},
	{Kind: Table, Title: "Open findings", Data: findings,
		By: listFields(groupBy("title", "Title"), groupBy("resource_type", "Affected resource"), groupBy("product_name", "Security service"), sortBy("severity_rank"),
			groupBy("severity", "Severity"), sortBy("status")),
		Values: []Field{countDistinct("finding_id", "Findings")}, Sort: "+severity_rank", Where: open, Wide: 36, High: 20},
	{Kind: Line, Title: "Open findings by month of the last change", Data: findings, By: []Field{groupByMonth("updated_at")}, Values: []Field{countDistinct("finding_id", "Findings")},
		Across: []Field{groupBy("severity", "Severity")}, Sort: "+updated_at", Where: open, Wide: 23, High: 10},
	{Kind: Row, Title: "Critical and high findings by account", Data: findings, By: []Field{account}, Values: []Field{countDistinct("finding_id", "Findings")},
		Across: []Field{groupBy("severity", "Severity")}, Sort: "finding_id", Where: openOf("CRITICAL", "HIGH"), Wide: 13, High: 10},
	{Kind: Table, Title: "AWS WAF rules", Data: "view_waf_rules_detailed",
		By: []Field{account, accountName, environment, groupBy("rule_name", "Rule"), groupBy("statement_type", "Rule type"), groupBy("rule_action", "Action")},
		Values: []Field{sumFlag("logging_enabled", "Logging"), sumFlag("has_xss_protection", "XSS"), sumFlag("geo_blocking", "Geo"), sumFlag("sql_injection", "SQL"),
			sumFlag("cloudwatch_enabled", "Metrics"), sumFlag("is_custom_rule", "Custom"), sumFlag("is_managed_rule", "Managed")}, Wide: 36, High: 16},
	perAccount("KMS keys by account", "view_kms_keys", "key_id"),
	{Kind: Table, Title: "KMS keys", Data: "view_kms_keys", By: listFields(sortBy("key_id"), groupBy("description", "Description"), groupBy("key_usage", "Usage"),
		groupByFlag("key_rotation_enabled", "Rotation"), groupByFlag("enabled", "Enabled")), Sort: "+account", Wide: 26, High: 16},
	perAccount("Secrets by account", "view_secrets_manager_secrets", "arn"),
	{Kind: Table, Title: "Secrets", Data: "view_secrets_manager_secrets", By: listFields(groupBy("name", "Secret"), groupByDay("last_changed_date", "Last changed"), groupByFlag("rotation", "Rotation")), Wide: 26, High: 16},
	perAccount("Certificates by account", "view_certificates", "arn"),
	{Kind: Table, Title: "Certificates", Data: "view_certificates", By: listFields(groupBy("domain_name", "Domain"), groupBy("type", "Type"), groupByDay("not_after", "Expires on"), groupBy("status", "Status")),
		Values: []Field{{Column: "days_left", Label: "Days left", Count: Minimum, Format: Whole}}, Sort: "+days_left", Wide: 26, High: 16},
	perAccount("Managed instances by account", "view_inventory_instances", "instance_id"),
	{Kind: Table, Title: "Managed instances", Data: "view_inventory_instances",
		By: listFields(groupBy("computer_name", "Computer"), groupBy("agent_version", "Agent"), groupBy("platform", "Platform"), groupByFlag("connection", "Status")), Wide: 26, High: 16},
	{Kind: Pie, Title: "Patches by severity", Data: patches, By: []Field{groupBy("patch_severity", "Severity")}, Values: []Field{countRows("account", "Patches")}, Sort: "account", Wide: 10, High: 16},
	{Kind: Table, Title: "Patches", Data: patches, By: listFields(groupBy("title", "Title"), groupBy("classification", "Classification"), groupBy("patch_state", "Status"), groupBy("patch_severity", "Severity")), Wide: 26, High: 16},
	{Kind: Pie, Title: "Non-compliant resources by conformance pack", Data: nonCompliant, By: []Field{account}, Values: []Field{countRows("resource_id", "Resources")},
		Across: []Field{groupBy("pack", "Conformance pack")}, Sort: "resource_id", Wide: 36, High: 16},
}}

const (
	nonCompliant = "view_non_compliant_resources"
	patches      = "view_inventory_patches"
)

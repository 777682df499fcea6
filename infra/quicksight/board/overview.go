package board

var overview = Sheet{"Overview", []Visual{
	{Kind: KPI, Title: "Total accounts", Data: "view_accounts", Values: []Field{countDistinct("account", "Accounts")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total products", Data: "view_accounts", Values: []Field{countDistinct("product", "Products")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Unique services", Data: "view_acct_serv", Values: []Field{countDistinct("service", "Services")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total cost (USD)", Data: "view_acct_cost_rep", Values: []Field{cost}, Wide: 9, High: 5},
	costSummary, monthlyCost,
	{Kind: Pivot, Title: "Account summary", Subtitle: "Findings, and the cost of the newest day",
		Data: "view_product_summary", By: []Field{environment, category, account, accountName},
		Values: []Field{sumOf("open_findings_share", "Open findings"), sumOf("resolved_findings_share", "Resolved findings"), sumUSD("total_service_cost_share", "Cost (USD)")},
		Wide:   26, High: 17},
	{Kind: Pie, Title: "Accounts by environment", Data: "view_product_summary", By: []Field{environment}, Values: []Field{countDistinct("account", "Accounts")}, Sort: "account", Wide: 10, High: 17},
	{Kind: Pie, Title: "Accounts by category", Data: "view_product_summary", By: []Field{category}, Values: []Field{countDistinct("account", "Accounts")}, Sort: "account", Wide: 10, High: 16},
	{Kind: Bar, Title: "Cost by account and service", Data: "view_acct_serv", By: []Field{account}, Values: []Field{sumUSD("cost", "Cost (USD)")},
		Across: []Field{groupBy("service", "Service")}, Sort: "cost", Wide: 26, High: 16},
	{Kind: Insight, Title: "The three most expensive services", Data: "view_acct_serv", By: []Field{groupBy("service", "Service")}, Values: []Field{sumUSD("cost", "Cost (USD)")}, Wide: 9, High: 9},
	{Kind: KPI, Title: "Services used per day", Data: "view_acct_serv", Values: []Field{countDistinct("service", "Services")}, By: []Field{groupByDay("date_from", "Day")}, Sort: "date_from", Wide: 9, High: 9},
	compliance, compliancePie, drift,
	{Kind: Pivot, Title: "New findings by account and severity", Data: findings, By: listFields(), Across: []Field{sortBy("severity_rank"), groupBy("severity", "Severity")},
		Sort: "+severity_rank", Where: isNew, Wide: 24, High: 16},
	{Kind: Pie, Title: "New findings by type of resource", Data: findings, By: []Field{groupBy("resource_type", "Type")}, Values: []Field{countDistinct("finding_id", "Findings")},
		Sort: "finding_id", Where: isNew, Wide: 12, High: 16},
}}

// What several sheets show.
var (
	cost        = sumUSD("current_period_cost", "Cost (USD)")
	costSummary = Visual{Kind: KPI, Title: "Cost this month", Subtitle: "Against the month before", Data: "view_acct_cost_rep",
		Values: []Field{cost}, By: []Field{groupByMonth("date_from")}, Sort: "date_from", Rising: Bad, AnyDate: true, Wide: 12, High: 11}
	monthlyCost = Visual{Kind: Line, Title: "Cost per month and forecast (USD)", Data: "view_acct_cost_rep",
		By: []Field{groupByMonth("date_from")}, Values: []Field{cost}, Sort: "+date_from", Forecast: true, AnyDate: true, Wide: 24, High: 11}

	score      = Field{Column: "compliance_share", Label: "Compliance score", Count: Ratio, Format: Percent}
	compliance = Visual{Kind: KPI, Title: "Compliance score and trend", Subtitle: "Compliant rules of all AWS Config rules", Data: "view_config_reports",
		Values: []Field{score}, By: []Field{groupByDay("date_from", "Day")}, Sort: "date_from", Rising: Good, Wide: 9, High: 9}
	compliancePie = Visual{Kind: Pie, Title: "Compliance score by account", Subtitle: "Newest report of each account and region", Data: "view_config_reports",
		By: []Field{account}, Values: []Field{score}, Sort: "compliance_share", Where: []Filter{keepOne("is_latest")}, AnyDate: true, Wide: 9, High: 9}
	drift = Visual{Kind: Table, Title: "Configuration drift", Subtitle: "Newest report of each account and region", Data: "view_config_reports", By: listFields(region),
		Values: []Field{sumOf("compliant_rules", "Compliant"), sumOf("non_compliant_rules", "Non-compliant"), sumOf("total_rules", "Total rules"), score},
		Sort:   "+compliance_share", Where: []Filter{keepOne("is_latest")}, AnyDate: true, Wide: 36, High: 16}
)

const findings = "view_acct_security_findings_details"

// isNew keeps the open findings that nobody has looked at.
var isNew = []Filter{keepOne("is_open"), keepValues("status", "NEW")}

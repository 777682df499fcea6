package board

var costs = Sheet{"Cost", []Visual{
	{Kind: KPI, Title: "Total accounts", Data: "view_accounts", Values: []Field{countDistinct("account", "Accounts")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total products", Data: "view_accounts", Values: []Field{countDistinct("product", "Products")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Unique services", Data: "view_acct_serv", Values: []Field{countDistinct("service", "Services")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total cost (USD)", Data: "view_acct_cost_rep", Values: []Field{cost}, Wide: 9, High: 5},
	costSummary, monthlyCost,
	{Kind: Line, Title: "Cost per day and account (USD)", Data: "view_acct_serv", By: []Field{groupByDay("date_from", "Day")}, Values: []Field{sumUSD("cost", "Cost (USD)")},
		Across: []Field{account}, Sort: "+date_from", Wide: 36, High: 13},
	{Kind: Pivot, Title: "Cost by service and account (USD)", Data: "view_acct_serv", By: []Field{groupBy("service", "Service")}, Across: []Field{account},
		Values: []Field{sumUSD("cost", "Cost (USD)")}, Wide: 28, High: 17},
	{Kind: KPI, Title: "The most expensive service", Subtitle: "Against the next", Data: "view_acct_serv", Values: []Field{sumUSD("cost", "Cost (USD)")},
		By: []Field{groupBy("service", "Service")}, Sort: "cost", Wide: 8, High: 17},
	{Kind: KPI, Title: "The most expensive account", Subtitle: "Against the next", Data: "view_acct_serv", Values: []Field{sumUSD("cost", "Cost (USD)")},
		By: []Field{groupBy("account_full", "Account")}, Sort: "cost", Wide: 8, High: 11},
	{Kind: Line, Title: "Forecast of AWS (USD)", Subtitle: "What Cost Explorer expects for the periods to come", Data: "view_acct_cost_rep_forecast",
		By: []Field{groupByMonth("period_start")}, Values: []Field{sumUSD("amount", "Expected"), sumUSD("prediction_interval_lower_bound", "At least"), sumUSD("prediction_interval_upper_bound", "At most")},
		Sort: "+period_start", Wide: 28, High: 11},
}}

var commitments = Sheet{"Commitments", []Visual{
	{Kind: KPI, Title: "Net savings (USD)", Data: commitment, Values: []Field{sumUSD("net_savings", "Net savings (USD)")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Mean utilization (%)", Data: commitment, Values: []Field{meanOf("utilization_percentage", "Utilization (%)")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Commitments", Data: commitment, Values: []Field{countDistinct("subscription_id", "Commitments")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Possible savings per month (USD)", Subtitle: "Recommended by Compute Optimizer", Data: "view_compute_optimizer",
		Values: []Field{sumUSD("estimated_monthly_savings_usd", "Savings (USD)")}, Wide: 9, High: 5},
	{Kind: Line, Title: "Net savings per day (USD)", Data: commitment, By: []Field{groupByDay("date_from", "Day")}, Values: []Field{sumUSD("net_savings", "Net savings (USD)")},
		Across: []Field{groupBy("reservation_type", "Type")}, Sort: "+date_from", Wide: 36, High: 11},
	{Kind: Table, Title: "Reserved instances and Savings Plans", Data: commitment,
		By:     listFields(groupBy("reservation_type", "Type"), groupBy("service", "Service"), groupBy("subscription_id", "Id"), groupBy("state", "State"), groupByDay("end_date", "Ends on")),
		Values: []Field{meanOf("utilization_percentage", "Utilization (%)"), sumUSD("net_savings", "Net savings (USD)")}, Sort: "+end_date", Wide: 36, High: 16},
	{Kind: Pie, Title: "Recommendations by finding", Data: "view_compute_optimizer", By: []Field{groupBy("finding", "Finding")}, Values: []Field{countRows("resource_arn", "Resources")},
		Sort: "resource_arn", Wide: 10, High: 16},
	{Kind: Table, Title: "Recommendations of Compute Optimizer", Data: "view_compute_optimizer",
		By: listFields(groupBy("resource_type", "Type"), groupBy("resource_name", "Resource"), groupBy("finding", "Finding"), groupBy("current_instance_type", "Now"),
			groupBy("recommended_instance_type", "Recommended"), groupBy("performance_risk", "Risk")),
		Values: []Field{sumUSD("estimated_monthly_savings_usd", "Savings per month (USD)")}, Sort: "estimated_monthly_savings_usd", Wide: 26, High: 16},
}}

const commitment = "view_ri_sp_daily_savings"

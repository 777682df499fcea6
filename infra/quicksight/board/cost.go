package board

var costs = Sheet{"Cost", []Visual{
	{Kind: KPI, Title: "Total accounts", Data: "view_accounts", Values: []Field{distinct("account", "Accounts")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total products", Data: "view_accounts", Values: []Field{distinct("product", "Products")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Unique services", Data: "view_acct_serv", Values: []Field{distinct("service", "Services")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Total cost (USD)", Data: "view_acct_cost_rep", Values: []Field{cost}, Wide: 9, High: 5},
	costSummary, monthlyCost,
	{Kind: Line, Title: "Cost per day and account (USD)", Data: "view_acct_serv", By: []Field{day("date_from", "Day")}, Values: []Field{usd("cost", "Cost (USD)")},
		Across: []Field{account}, Sort: "+date_from", Wide: 36, High: 13},
	{Kind: Pivot, Title: "Cost by service and account (USD)", Data: "view_acct_serv", By: []Field{by("service", "Service")}, Across: []Field{account},
		Values: []Field{usd("cost", "Cost (USD)")}, Wide: 28, High: 17},
	{Kind: KPI, Title: "The most expensive service", Subtitle: "Against the next", Data: "view_acct_serv", Values: []Field{usd("cost", "Cost (USD)")},
		By: []Field{by("service", "Service")}, Sort: "cost", Wide: 8, High: 17},
	{Kind: KPI, Title: "The most expensive account", Subtitle: "Against the next", Data: "view_acct_serv", Values: []Field{usd("cost", "Cost (USD)")},
		By: []Field{by("account_full", "Account")}, Sort: "cost", Wide: 8, High: 11},
	{Kind: Line, Title: "Forecast of AWS (USD)", Subtitle: "What Cost Explorer expects for the periods to come", Data: "view_acct_cost_rep_forecast",
		By: []Field{month("period_start")}, Values: []Field{usd("amount", "Expected"), usd("prediction_interval_lower_bound", "At least"), usd("prediction_interval_upper_bound", "At most")},
		Sort: "+period_start", Wide: 28, High: 11},
}}

var commitments = Sheet{"Commitments", []Visual{
	{Kind: KPI, Title: "Net savings (USD)", Data: commitment, Values: []Field{usd("net_savings", "Net savings (USD)")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Mean utilisation (%)", Data: commitment, Values: []Field{mean("utilization_percentage", "Utilisation (%)")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Commitments", Data: commitment, Values: []Field{distinct("subscription_id", "Commitments")}, Wide: 9, High: 5},
	{Kind: KPI, Title: "Possible savings per month (USD)", Subtitle: "Recommended by Compute Optimizer", Data: "view_compute_optimizer",
		Values: []Field{usd("estimated_monthly_savings_usd", "Savings (USD)")}, Wide: 9, High: 5},
	{Kind: Line, Title: "Net savings per day (USD)", Data: commitment, By: []Field{day("date_from", "Day")}, Values: []Field{usd("net_savings", "Net savings (USD)")},
		Across: []Field{by("reservation_type", "Type")}, Sort: "+date_from", Wide: 36, High: 11},
	{Kind: Table, Title: "Reserved instances and Savings Plans", Data: commitment,
		By:     list(by("reservation_type", "Type"), by("service", "Service"), by("subscription_id", "Id"), by("state", "State"), day("end_date", "Ends on")),
		Values: []Field{mean("utilization_percentage", "Utilisation (%)"), usd("net_savings", "Net savings (USD)")}, Sort: "+end_date", Wide: 36, High: 16},
	{Kind: Pie, Title: "Recommendations by finding", Data: "view_compute_optimizer", By: []Field{by("finding", "Finding")}, Values: []Field{rows("resource_arn", "Resources")},
		Sort: "resource_arn", Wide: 10, High: 16},
	{Kind: Table, Title: "Recommendations of Compute Optimizer", Data: "view_compute_optimizer",
		By: list(by("resource_type", "Type"), by("resource_name", "Resource"), by("finding", "Finding"), by("current_instance_type", "Now"),
			by("recommended_instance_type", "Recommended"), by("performance_risk", "Risk")),
		Values: []Field{usd("estimated_monthly_savings_usd", "Savings per month (USD)")}, Sort: "estimated_monthly_savings_usd", Wide: 26, High: 16},
}}

const commitment = "view_ri_sp_daily_savings"

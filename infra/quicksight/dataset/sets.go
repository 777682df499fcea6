package dataset

// special lists the data sets that are more than a view: with a date, rows left out, or columns added. In the order of
// their names.
var special = []Set{
	{Name: "coverage", from: joinLabels("view360.coverage"), extra: labelColumns,
		Comment: "The last outcome of each service, with the account's labels."},
	{Name: "load_history", Date: "started_at", from: joinLabels("view360.load_history"), extra: labelColumns,
		Comment: "What was loaded when, with the account's labels."},
	{Name: "recent_rejects", from: joinLabels("view360.recent_rejects"), extra: labelColumns,
		Comment: "What could not be loaded, with the account's labels."},
	{Name: "view_accounts", extra: []Column{
		{"product", String, "nullif(nullif(v.project_product_name, ''), 'None')"},
	}, Comment: "product is empty for an account without one, so that it is not counted."},
	{Name: "view_acct_cost_rep", Date: "date_from", where: "v.id in (select cost_report_id from view360.daily_costs)",
		Comment: "The reports of view360.daily_costs only: others repeat the same money."},
	{Name: "view_acct_cost_rep_forecast", where: "v.is_latest", Comment: "The newest forecast of each period."},
	{Name: "view_acct_security_findings_details", extra: []Column{
		{"severity_rank", Integer, "coalesce(array_position(array['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL'], upper(v.severity)), 6)"},
		{"is_open", Integer, "(v.id in (select id from view360.open_findings))::integer"},
	}, Comment: "severity_rank sorts severities, the worst first; is_open marks the findings of view360.open_findings."},
	{Name: "view_acct_serv", Date: "date_from", where: "v.id in (select service_row_id from view360.daily_service_costs)",
		Comment: "The rows of view360.daily_service_costs only: others repeat the same money."},
	{Name: "view_acct_support_tickets", Date: "time_created"},
	{Name: "view_certificates", extra: []Column{
		{"days_left", Integer, "(v.not_after::date - current_date)"},
	}},
	{Name: "view_config_reports", Date: "date_from", where: daily, extra: []Column{
		{"is_latest", Integer, "(v.id = first_value(v.id) over (partition by v.account, v.account_region order by v.date_to desc, v.id desc))::integer"},
	}, Comment: "Daily reports; is_latest marks the newest one of each account and region."},
	{Name: "view_inventory_instances", extra: []Column{
		{"connection", String, "upper(coalesce(nullif(v.ping_status, ''), 'offline'))"},
		{"not_online", Integer, "(upper(coalesce(v.ping_status, '')) <> 'ONLINE')::integer"},
	}, Comment: "connection is ONLINE, or what the instance is instead."},
	{Name: "view_inventory_patches", extra: []Column{
		{"patch_severity", String, "upper(coalesce(nullif(v.severity, ''), 'none'))"},
		{"patch_state", String, "upper(coalesce(nullif(v.state, ''), 'not installed'))"},
	}},
	{Name: "view_non_compliant_resources", from: newestEvaluations, where: "v.compliance_type = 'NON_COMPLIANT'",
		extra:   []Column{{"pack", String, "coalesce(nullif(v.conformance_pack, ''), 'no conformance pack')"}},
		Comment: "The newest evaluation of each rule and resource, where it is NON_COMPLIANT: earlier reports repeat it."},
	{Name: "view_product_summary", from: oncePerProduct, extra: []Column{
		newShare("open_findings"), newShare("resolved_findings"), newShare("total_service_cost"),
	}, Comment: "One row for each account and product; the shares split the account's figures among its products, so that they add up."},
	{Name: "view_ri_sp_daily_savings", Date: "date_from"},
	{Name: "view_secrets_manager_secrets", extra: []Column{
		{"rotation", Integer, "coalesce(v.rotation_enabled, false)::integer"},
	}},
	{Name: "view_service_resources", extra: []Column{
		{"zone", String, "coalesce(" + firstZone + ", 'regional')"},
		{"known_zone", String, firstZone},
		{"resource", String, "concat_ws(' ', v.account, v.account_region, v.service_name, v.resource_type, v.resource_id)"},
	}, Comment: "resource identifies a resource among all accounts; zone is its first zone, known_zone is empty for one in no zone."},
	{Name: "view_waf_rules_detailed", extra: []Column{
		{"rule_action", String, "upper(coalesce(substring(lower(v.action) from '(block|count|allow|none|captcha|challenge)'), 'other'))"},
	}},
}

// firstZone is the first of a list of zones, or null. Generic, or nothing, means that a resource is not in a zone.
const firstZone = "nullif(nullif(trim(split_part(v.availability_zone, ',', 1)), ''), 'Generic')"

// daily keeps the rows of daily collections.
const daily = "v.period_granularity = 'DAILY'"

// newestEvaluations has the rule evaluations without those that a later report repeats or changes.
const newestEvaluations = `(
  select distinct on (e.account, e.account_region, e.rule_name, e.resource_type, e.resource_id) e.*
  from view_non_compliant_resources e
  join view_config_reports r on r.id = e.config_report_id
  order by e.account, e.account_region, e.rule_name, e.resource_type, e.resource_id, r.date_to desc, e.id desc
) v`

// oncePerProduct has the rows of view_product_summary with the finest granularity for each account and product.
const oncePerProduct = `(
  select distinct on (account_id, product_id) *
  from view_product_summary
  order by account_id, product_id, array_position(array['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'], period_granularity::text)
) v`

// newShare returns a column with an account's figure divided by the number of its products.
func newShare(figure string) Column {
	return Column{figure + "_share", Decimal, "round(v." + figure + "::numeric / v.products_in_account, 4)"}
}

// joinLabels returns a join of a view, which has only account and region, with the labels of the account.
func joinLabels(view string) string {
	return view + " v join view360.account_labels l on l.account = v.account and l.account_region = v.account_region"
}

// labelColumns are the columns that joinLabels adds.
var labelColumns = func() []Column {
	columns := []Column{{"account_name", String, "l.account_name"}, {"account_full", String, "l.account_full"}}
	for _, label := range labels {
		c := viewColumn{Name: label}.toColumn()
		c.SQL = "coalesce(nullif(nullif(l." + label + ", ''), 'None'), '" + unlabeled + "')"
		columns = append(columns, c)
	}
	return columns
}()

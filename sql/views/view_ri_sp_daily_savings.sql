create view view_ri_sp_daily_savings as
select
  rsds.id, rsds.account_id, rsds.date_from, rsds.date_to, rsds.reservation_type,
  rsds.subscription_id, rsds.offering_id, rsds.savings_plan_arn, rsds.service, rsds.instance_type,
  rsds.instance_count, rsds.instance_family, rsds.instance_tenancy, rsds.offering_class,
  rsds.product_types, rsds.region, rsds.utilization_percentage, rsds.on_demand_cost,
  rsds.reservation_cost, rsds.net_savings, rsds.commitment, rsds.upfront_cost, rsds.recurring_cost,
  rsds.recurring_frequency, rsds.usage_price, rsds.currency, rsds.start_date, rsds.end_date,
  rsds.returnable_until, rsds.duration_seconds, rsds.offering_type, rsds.state, rsds.description,
  rsds.created_at, rsds.updated_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from ri_sp_daily_savings rsds
join view360.account_labels l on l.account_row_id = rsds.account_id;

comment on view view_ri_sp_daily_savings is 'Reserved Instance and Savings Plan figures: one row per ri_sp_daily_savings row.';

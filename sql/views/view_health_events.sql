create view view_health_events as
select
  he.id, he.account_id, he.arn, he.service, he.event_type_code, he.region, he.start_time,
  he.end_time, he.status_code, he.created_at,
  l.account, l.account_region, l.account_name, l.account_type, l.account_category, l.account_status,
  l.account_partner, l.account_customer, l.account_full, l.project_product_name
from health_events he
join view360.account_labels l on l.account_row_id = he.account_id;

comment on view view_health_events is 'AWS Health events: one row per health_events row.';

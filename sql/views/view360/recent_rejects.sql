create view view360.recent_rejects as
select
  r.rejected_at, l.account_id as account, l.region as account_region, l.snapshot_date,
  l.snapshot_interval, r.outcome, r.section, r.item_index, r.table_name, r.column_name, r.reason,
  r.value_excerpt, l.object_key
from view360.rejects r
join view360.loads l on l.id = r.load_id
where r.rejected_at > now() - interval '30 days';

comment on view view360.recent_rejects is
  'Items of the last 30 days that were rejected or changed to fit: one row per item. The loader keeps a limited number per load and table.';
comment on column view360.recent_rejects.account is '12-digit AWS account id.';
comment on column view360.recent_rejects.account_region is 'Region of the snapshot.';

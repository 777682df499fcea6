create view view360.load_history as
select
  l.id as load_id, l.account_id as account, l.region as account_region, l.snapshot_date,
  l.snapshot_interval, l.table_group, l.state, l.started_at, l.finished_at,
  l.finished_at - l.started_at as duration,
  c.rows_read, c.created, c.updated, c.unchanged, c.adapted, c.rejected, c.deleted,
  l.error, l.object_key
from view360.loads l
cross join lateral (
  select
    coalesce(sum((value->>'read')::bigint), 0) as rows_read,
    coalesce(sum((value->>'created')::bigint), 0) as created,
    coalesce(sum((value->>'updated')::bigint), 0) as updated,
    coalesce(sum((value->>'unchanged')::bigint), 0) as unchanged,
    coalesce(sum((value->>'adapted')::bigint), 0) as adapted,
    coalesce(sum((value->>'rejected')::bigint), 0) as rejected,
    coalesce(sum((value->>'deleted')::bigint), 0) as deleted
  from jsonb_each(l.counters)
  where jsonb_typeof(value) = 'object'
) c;

comment on view view360.load_history is
  'Loads with their duration and numbers: one row per version of a snapshot object and table group.';
comment on column view360.load_history.load_id is 'loads.id.';
comment on column view360.load_history.account is '12-digit AWS account id.';
comment on column view360.load_history.account_region is 'Region of the snapshot.';
comment on column view360.load_history.duration is 'finished_at minus started_at.';
comment on column view360.load_history.rows_read is 'Items read from the snapshot.';
comment on column view360.load_history.created is 'Rows inserted.';
comment on column view360.load_history.updated is 'Rows whose content changed.';
comment on column view360.load_history.unchanged is 'Rows that are already stored with the same values.';
comment on column view360.load_history.adapted is
  'Items stored with a changed value; they count as created, updated or unchanged too.';
comment on column view360.load_history.rejected is 'Items not stored.';
comment on column view360.load_history.deleted is 'Rows removed because they are no longer in the snapshot.';

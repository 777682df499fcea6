-- The messages of a log row are a set: $1 the row, $2 types and $3 texts in order, $4 when the snapshot was collected.
-- A message that is repeated stands as often as it was sent. $5: the load changed nothing, so that what an earlier load of
-- the same snapshot did stays.
with given as (
  select kind, content, n, row_number() over (partition by kind, content order by n) as copy
  from unnest($2::text[], $3::text[]) with ordinality as v (kind, content, n)
  where not ($5 and kind = 'LOAD' and exists (select from log_messages where log_id = $1 and message_type = 'LOAD'))
), stored as (
  select id, message_type, message, row_number() over (partition by message_type, message order by id) as copy
  from log_messages where log_id = $1 and not ($5 and message_type = 'LOAD')
), gone as (
  delete from log_messages m using stored s
  where m.id = s.id and not exists (
    select from given g where g.kind is not distinct from s.message_type and g.content = s.message and g.copy = s.copy)
  returning 1
), added as (
  insert into log_messages (log_id, message, message_type, observed_at)
  select $1, g.content, g.kind, $4::timestamptz from given g
  where not exists (
    select from stored s where s.message_type is not distinct from g.kind and s.message = g.content and s.copy = g.copy)
  order by g.n
  returning 1
)
select (select count(*) from added), (select count(*) from gone)

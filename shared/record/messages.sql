-- The messages of a log row are a set: $1 the row, $2 types and $3 texts in order, $4 when the snapshot was collected.
-- A message that is repeated stands as often as it was sent.
with given as (
  select kind, content, row_number() over (partition by kind, content order by n) as copy
  from unnest($2::text[], $3::text[]) with ordinality as v (kind, content, n)
), stored as (
  select id, message_type, message, row_number() over (partition by message_type, message order by id) as copy
  from log_messages where log_id = $1
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
  returning 1
)
select (select count(*) from added), (select count(*) from gone)

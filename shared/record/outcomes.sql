-- One row for each source of a snapshot: $1 the accounts row, $2 the interval, $3 the date, $4 the outcomes, a JSON list.
insert into view360.outcomes as o (account_row_id, source, snapshot_interval, snapshot_date, run, status, class, reason,
  operation, error_code, error_message, principal, action, resource, warnings, messages, items, bytes, calls, throttles,
  paid_calls, duration_ms, collected_at)
select $1, g.service, $2, $3, coalesce(g.run, ''), g.status, g.class, g.reason,
  g.aws ->> 'operation', g.aws ->> 'code', g.aws ->> 'message', g.aws ->> 'principal', g.aws ->> 'action', g.aws ->> 'resource',
  coalesce(g.warnings, 0), coalesce(g.messages, '[]'), g.items, g.bytes, g.calls, g.throttles, g.paid_calls, g.duration_ms, g.collected_at
from jsonb_to_recordset($4::jsonb) as g (
  service text, run text, status text, class text, reason text, aws jsonb, warnings integer, messages jsonb, items bigint,
  bytes bigint, calls integer, throttles integer, paid_calls integer, duration_ms bigint, collected_at timestamptz)
order by g.service
on conflict (account_row_id, source, snapshot_interval, snapshot_date, run) do update set
  status = excluded.status, class = excluded.class, reason = excluded.reason, operation = excluded.operation,
  error_code = excluded.error_code, error_message = excluded.error_message, principal = excluded.principal,
  action = excluded.action, resource = excluded.resource, warnings = excluded.warnings, messages = excluded.messages,
  items = excluded.items, bytes = excluded.bytes, calls = excluded.calls, throttles = excluded.throttles,
  paid_calls = excluded.paid_calls, duration_ms = excluded.duration_ms, collected_at = excluded.collected_at,
  recorded_at = current_timestamp
where o.collected_at <= excluded.collected_at and (o.status, o.class, o.reason, o.operation, o.error_code, o.error_message,
  o.principal, o.action, o.resource, o.warnings, o.messages, o.items, o.bytes, o.calls, o.throttles, o.paid_calls,
  o.duration_ms, o.collected_at) is distinct from (excluded.status, excluded.class, excluded.reason, excluded.operation,
  excluded.error_code, excluded.error_message, excluded.principal, excluded.action, excluded.resource, excluded.warnings,
  excluded.messages, excluded.items, excluded.bytes, excluded.calls, excluded.throttles, excluded.paid_calls,
  excluded.duration_ms, excluded.collected_at)

-- Two accounts as they were known on 20 March 2026. The first is read in two regions.
insert into accounts (id, account_id, account_name, account_email, account_status, account_arn, customer_name, joined_method, joined_timestamp, region)
values
  (1, '111122223333', 'shop', 'shop@example.com', 'ACTIVE', 'arn:aws:organizations::1:account/o/1', 'Northwind', 'CREATED', '2020-01-01', 'us-east-1'),
  (2, '111122223333', 'shop', 'shop@example.com', 'ACTIVE', 'arn:aws:organizations::1:account/o/1', 'Northwind', 'CREATED', '2020-01-01', 'eu-west-1'),
  (3, '444455556666', 'bank', 'bank@example.com', 'ACTIVE', 'arn:aws:organizations::1:account/o/2', 'Contoso', 'CREATED', '2020-01-01', 'us-east-1');
insert into products (id, name, owner) values (1, 'checkout', 'System');
insert into product_accounts (product_id, account_id) values (1, 2); -- linked in the region that has no cost

-- 10 dollars a day in February and 12 in March for shop; 100 a day for bank, in March only.
insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference, cost_difference_percentage, period_start, period_end, period_granularity)
select 1, case when d < '2026-03-01' then 10 else 12 end, 0, 0, 0, d, d + 1, 'DAILY'::period_granularity_type from generate_series('2026-02-01'::date, '2026-03-19', '1 day') g(t), lateral (select t::date as d) x
union all
select 3, 100, 0, 0, 0, t::date, t::date + 1, 'DAILY'::period_granularity_type from generate_series('2026-03-01'::date, '2026-03-19', '1 day') g(t);
insert into cost_forecasts (cost_report_id, period_start, period_end, amount)
select id, '2026-03-20'::date, '2026-04-01'::date, 150 from cost_reports where account_id = 1 and period_start = '2026-03-19'
union all -- an earlier forecast of another window must not be added
select id, '2026-03-10'::date, '2026-04-01'::date, 999 from cost_reports where account_id = 1 and period_start = '2026-03-09';
insert into services (account_id, service, date_from, date_to, cost, period_granularity)
values (1, 'Amazon S3', '2026-03-19', '2026-03-20', 12, 'DAILY'), (3, 'AWS Lambda', '2026-03-19', '2026-03-20', 100, 'DAILY'),
  (1, 'Amazon S3', '2026-02-19', '2026-02-20', 24, 'DAILY');

insert into security (id, account_id, service) values (1, 1, 'Security Hub'), (2, 3, 'Security Hub');
insert into findings (security_id, finding_id, service, title, severity, status, record_state, region, created_at, updated_at)
values
  (1, 'f1', 's3', 'public bucket', 'CRITICAL', 'NEW', 'ACTIVE', 'us-east-1', '2026-03-01', '2026-03-01'),
  (1, 'f2', 's3', 'public bucket', 'CRITICAL', 'SUPPRESSED', 'ACTIVE', 'us-east-1', '2026-03-01', '2026-03-01'),
  (1, 'f3', 's3', 'public bucket', 'HIGH', 'NOTIFIED', 'ACTIVE', 'eu-west-1', '2026-03-01', '2026-03-01'),
  (1, 'f4', 's3', 'public bucket', 'HIGH', 'NEW', 'ARCHIVED', 'eu-west-1', '2026-03-01', '2026-03-01'),
  (2, 'f5', 's3', 'public bucket', 'LOW', 'NEW', 'ACTIVE', 'us-east-1', '2026-03-01', '2026-03-01'),
  (2, 'f6', 's3', 'suppressed in the console', 'CRITICAL', 'NEW', 'ACTIVE', 'us-east-1', '2026-03-01', '2026-03-01');
update findings set closed_at = '2026-03-18' where finding_id = 'f6';
insert into config_reports (account_id, date_from, date_to, compliance_score, total_rules, compliant_rules)
values (1, '2026-03-18', '2026-03-19', 10, 10, 1), (1, '2026-03-19', '2026-03-20', 75, 12, 9), (3, '2026-03-19', '2026-03-20', 100, 4, 4);
insert into inventory_instances (id, account_id, instance_id, platform, ping_status, is_latest_version)
values (1, 1, 'i-1', 'Ubuntu', 'Online', true), (2, 2, 'i-2', 'Ubuntu', 'ConnectionLost', false);
insert into inventory_patches (account_id, instance_id, title, state)
values (1, 1, 'a', 'Installed'), (1, 1, 'b', 'Missing'), (2, 2, 'c', 'Failed');
insert into certificates (account_id, arn, domain_name, status, not_after)
values (1, 'arn:1', 'soon.example.com', 'ISSUED', '2026-04-01'), (1, 'arn:2', 'late.example.com', 'ISSUED', '2027-04-01'),
  (3, 'arn:3', 'gone.example.com', 'EXPIRED', '2026-03-01');
insert into ri_sp_daily_savings (account_id, date_from, date_to, reservation_type, subscription_id, instance_type, utilization_percentage, net_savings, state, end_date)
values (1, '2026-03-18', '2026-03-19', 'Reserved Instance', 'ri-1', 'm6i.large', 10, 1, 'active', '2026-05-01'),
  (1, '2026-03-19', '2026-03-20', 'Reserved Instance', 'ri-1', 'm6i.large', 80, 7, 'active', '2026-05-01');
insert into support_tickets (account_id, case_id, display_id, subject, status, severity_code, category_code, time_created, date_from, date_to)
values (1, 'c1', '1', 'Database is down', 'pending-customer-action', 'urgent', 'x', '2026-03-10', '2026-03-10', '2026-03-11'),
  (1, 'c2', '2', 'Old question', 'resolved', 'low', 'x', '2026-03-10', '2026-03-10', '2026-03-11');
insert into health_events (account_id, arn, service, event_type_code, region, start_time, status_code)
values (1, 'e1', 'EC2', 'AWS_EC2_MAINTENANCE', 'us-east-1', '2026-03-15', 'open'), (1, 'e2', 'RDS', 'AWS_RDS_DONE', 'us-east-1', '2026-03-15', 'closed');
insert into kms_keys (account_id, key_id, arn, description, key_state)
select 1, 'key-' || lpad(n::text, 3, '0'), 'arn:key:' || n, case n when 7 then '=HYPERLINK("http://evil","x")' else 'key ' || n end, 'Enabled'
from generate_series(1, 120) n;

insert into logs (id, account_id, date_created, account_status, cost_status, service_status, security_status, config_status, inventory_status,
  marketplace_status, trusted_advisor_status, health_status, application_status, resilience_hub_status)
values
  (1, 1, '2026-03-19 06:00Z', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass'),
  (2, 1, '2026-03-20 06:00Z', 'Pass', 'Pass', 'Pass', 'Fail', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass', 'Pass'),
  -- a backfill of one service, later than the others
  (4, 1, '2026-03-20 07:00Z', 'Pass', 'Pass', 'Pass', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped'),
  -- a repair of one source of security, which left the others out
  (5, 1, '2026-03-20 07:30Z', 'Pass', 'Skipped', 'Skipped', 'Pass', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped', 'Skipped'),
  (3, 2, '2026-03-20 06:00Z', 'Pass', 'Skipped', 'Skipped', 'Pass', 'Pass', 'Pass', 'Skipped', 'Skipped', 'Skipped', 'Pass', 'Pass');
insert into log_messages (log_id, message, message_type)
values (1, 'failed: of the day before', 'kms'), (2, 'denied: denied guardduty:ListDetectors', 'guard_duty'), (2, '2 items could not be read; denied kms:DescribeKey', 'kms'),
  (2, 'not enabled: Inspector is off in us-east-1', 'inspector'), (2, 'Pass', 'iam'),
  -- as the first generation tells a failure
  (3, 'str.replace() takes no keyword arguments', 'service_resources'), (3, 'Fail', 'service_resources'), (3, 'Skipped', 'support_tickets'), (3, '{"rows": 1}', 'LOAD'),
  (4, 'Skipped', 'support_tickets'), (4, 'Skipped', 'ri_sp_savings'), (4, 'Skipped', 'compute_optimizer'),
  (5, 'Skipped', 'kms'), (5, 'Skipped', 'support_tickets'), (5, 'Skipped', 'inspector'), (5, 'Skipped', 'guard_duty');

insert into view360.outcomes (account_row_id, source, snapshot_interval, snapshot_date, run, status, reason, error_message, messages, warnings, items,
  bytes, calls, throttles, paid_calls, duration_ms, collected_at)
select v.row, v.source, 'DAILY', v.at::date - 1, v.run, v.status, v.reason, v.aws, v.messages::jsonb, 0, 1, 1, 1, 0, 0, 1, v.at
from (values
  (1, 'guardduty', '2026-03-19 06:00Z'::timestamptz, 'run-1', 'passed', null, null, '[]'),
  (1, 'kms', '2026-03-19 06:00Z', 'run-1', 'failed', 'of the day before', null, '[]'),
  (1, 'account', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (1, 'guardduty', '2026-03-20 06:00Z', 'run-2', 'denied', 'denied guardduty:ListDetectors', 'User: arn:aws:iam::111122223333:role/r is not authorized', '[]'),
  (1, 'kms', '2026-03-20 06:00Z', 'run-2', 'passed with warnings', 'denied kms:DescribeKey', null, '[]'),
  (1, 'inspector', '2026-03-20 06:00Z', 'run-2', 'not enabled', 'Inspector is off in us-east-1', null, '[]'),
  (1, 'supporttickets', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (1, 'cost', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[{"source":"cost","text":"no data yet","note":true}]'),
  (1, 'iam', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (1, 'serviceresources', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (1, 'health', '2026-03-19 06:00Z', 'run-1', 'passed', null, null, '[]'),
  (1, 'health', '2026-03-20 06:00Z', 'run-2', 'not subscribed', 'the plan ended', null, '[]'),
  -- a backfill of one source, later than the others, and a repair of one
  (1, 'cost', '2026-03-20 07:00Z', 'run-4', 'passed', null, null, '[{"source":"cost","text":"no data yet","note":true}]'),
  (1, 'waf', '2026-03-20 07:30Z', 'run-5', 'passed', null, null, '[]'),
  (2, 'guardduty', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (2, 'kms', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  (2, 'inspector', '2026-03-20 06:00Z', 'run-2', 'passed', null, null, '[]'),
  -- a file of the Python version
  (2, 'serviceresources', '2026-03-20 06:00Z', '', 'failed', 'str.replace() takes no keyword arguments', null, '[]')
) v (row, source, at, run, status, reason, aws, messages);

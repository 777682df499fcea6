-- 1,000 accounts over 90 days, 6.6 million rows: what the benchmark of the views asks. The newest day is today.
set session_replication_role = replica; -- foreign keys are right by how the rows are made
insert into accounts (account_id, account_name, account_email, account_status, account_arn, joined_method, joined_timestamp, region)
select lpad(n::text, 12, '0'), 'account ' || n, 'e', 'ACTIVE', 'arn', 'CREATED', '2020-01-01', 'eu-west-1'
from generate_series(1, 1000) n;
insert into products (name, owner) select 'product ' || n, 'System' from generate_series(1, 50) n;
insert into product_accounts (product_id, account_id)
select p.id, a.id from products p join accounts a on (p.id + a.id) % 33 = 0;
insert into contact_info (account_id, full_name) select id, 'somebody' from accounts;
insert into alternate_contacts (account_id, contact_type) select id, t from accounts, unnest('{billing,operations,security}'::text[]) t;

-- Facts of each day.
insert into services (account_id, service, usage_types, date_from, date_to, cost)
select a.id, 'service ' || s, '', d, d + 1, 1.5
from accounts a, generate_series(1, 20) s, lateral (select current_date - g as d from generate_series(1, 90) g) days;
insert into cost_reports (account_id, current_period_cost, previous_period_cost, cost_difference, cost_difference_percentage,
  period_start, period_end, period_granularity)
select a.id, 30, 29, 1, 3, current_date - g, current_date - g + 1, 'DAILY' from accounts a, generate_series(1, 90) g;
insert into service_costs (cost_report_id, service_name, cost)
select r.id, 'service ' || s, 1 from cost_reports r, generate_series(1, 5) s;
insert into cost_forecasts (cost_report_id, period_start, period_end, amount)
select id, date_trunc('month', period_start), date_trunc('month', period_start) + interval '1 month', 5 from cost_reports;
insert into ri_sp_daily_savings (account_id, date_from, date_to, reservation_type, subscription_id)
select account_id, period_start, period_end, 't', 's' from cost_reports;
insert into config_reports (account_id, date_from, date_to, total_rules)
select account_id, period_start, period_end, 9 from cost_reports;
insert into non_compliant_resources (config_report_id, resource_type, resource_id, compliance_type, rule_name)
select r.id, 't', n::text, 'NON_COMPLIANT', 'rule' from config_reports r, generate_series(1, 5) n;
insert into logs (account_id, date_created) select account_id, period_end from cost_reports;
insert into log_messages (log_id, message, message_type)
select id, 'message', case id % 9 when 0 then 'support_tickets' else 'INFO' end from logs;
insert into health_events (account_id, arn) select account_id, 'event ' || id from cost_reports;
insert into marketplace_usage (account_id, product_code, period_start, period_end)
select account_id, 'p', period_start, period_end from cost_reports;
insert into support_tickets (account_id, case_id, display_id, subject, status, severity_code, category_code, time_created, date_from, date_to)
select account_id, 'case ' || id, id::text, 's', 'open', 'low', 'c', period_start, period_start, period_end from cost_reports where id % 10 = 0;

-- Findings and resources as they are now.
insert into security (account_id, service, total_findings, high_count)
select a.id, 'product ' || s, 20, s % 2 from accounts a, generate_series(1, 10) s;
insert into findings (security_id, finding_id, service, title, severity, status, resource_type, created_at, updated_at)
select s.id, s.id || '/' || n, 's', 't', 'HIGH', 'NEW', 't', now(), now() from security s, generate_series(1, 20) n;
insert into guard_duty_findings (account_id, detector_id) select a.id, n::text from accounts a, generate_series(1, 50) n;
insert into inspector_findings (account_id, finding_arn, severity) select a.id, a.id || '/' || n, 'HIGH' from accounts a, generate_series(1, 200) n;
insert into inventory_instances (account_id, instance_id) select a.id, a.id || '-' || n from accounts a, generate_series(1, 20) n;
insert into inventory_applications (account_id, instance_id, name, version)
select i.account_id, i.id, 'app ' || n, '1' from inventory_instances i, generate_series(1, 50) n;
insert into inventory_patches (account_id, instance_id, title)
select i.account_id, i.id, 'patch ' || n from inventory_instances i, generate_series(1, 10) n;
insert into service_resources (account_id, service_name, resource_type, resource_id, state)
select a.id, 'EC2', 't' || n % 9, n::text, 'running' from accounts a, generate_series(1, 200) n;
insert into config_inventory (account_id, resource_type, resource_id, state)
select a.id, 't' || n % 9, n::text, 'running' from accounts a, generate_series(1, 200) n;
insert into kms_keys (account_id, key_id) select a.id, n::text from accounts a, generate_series(1, 20) n;
insert into secrets_manager_secrets (account_id, arn) select a.id, a.id || '/' || n from accounts a, generate_series(1, 20) n;
insert into certificates (account_id, arn) select a.id, a.id || '/' || n from accounts a, generate_series(1, 20) n;
insert into cloudtrail_logs (account_id, arn) select a.id, n::text from accounts a, generate_series(1, 3) n;
insert into waf_rules (account_id, waf_id) select a.id, n::text from accounts a, generate_series(1, 5) n;
insert into waf_rules_detailed (account_id, web_acl_name, rule_name, priority)
select a.id, n::text, 'rule', 1 from accounts a, generate_series(1, 20) n;
insert into compute_optimizer (account_id, resource_type, resource_arn, finding)
select a.id, 't', n::text, 'Overprovisioned' from accounts a, generate_series(1, 20) n;
insert into trusted_advisor_checks (account_id, check_name) select a.id, n::text from accounts a, generate_series(1, 50) n;
insert into application_signals (account_id, service_name) select a.id, n::text from accounts a, generate_series(1, 5) n;
insert into resilience_hub_apps (account_id, app_arn) select a.id, a.id || '/' || n from accounts a, generate_series(1, 3) n;

-- What the loaders remember: eight table groups a day, and some rows that did not fit.
insert into view360.loads (object_key, object_version, table_group, account_id, region, snapshot_date, snapshot_interval, state,
  started_at, finished_at, counters)
select format('data/%s/%s', a.account_id, g), '1', w, a.account_id, 'eu-west-1', current_date - g, 'DAILY', 'loaded',
  current_timestamp - make_interval(days => g), current_timestamp - make_interval(days => g, secs => -2),
  (select jsonb_object_agg('table ' || n, jsonb_build_object('read', 9, 'created', 3, 'updated', 3, 'unchanged', 3, 'adapted', 0, 'rejected', 0, 'deleted', 0))
   from generate_series(1, 4 + g % 2) n)
from accounts a, generate_series(1, 90) g, unnest('{account,cost,security,config,inventory,resources,operations,logs}'::text[]) w;
insert into view360.rejects (load_id, section, reason, rejected_at) select id, 's', 'r', started_at from view360.loads where id % 3 = 0;
reset session_replication_role;
analyze;

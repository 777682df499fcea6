package page

import (
	"path"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
)

// newestSources is view360.coverage by source: it tells those of one section apart.
const newestSources = `
select c.account, a.account_name as name, c.account_region as region, source.word as service,
  coalesce(run.outcome, 'Skipped') as outcome, coalesce(run.id, 0)::bigint as run,
  coalesce(run.date_created, c.last_run_at) as run_at, success.date_created as success_at
from view360.coverage c
join view_accounts a on a.account = c.account and a.account_region = c.account_region
join unnest(@words::text[], @sections::text[], @kinds::text[]) source (word, section, kind) on source.section = c.service
left join lateral (
  select id, date_created, outcome from (` + sourceRuns + `) runs where outcome <> 'Skipped' limit 1
) run on true
left join lateral (
  select date_created from (` + sourceRuns + `) runs where outcome <> 'Skipped' and not failed limit 1
) success on true
where c.account = any(@accounts) and (@region = '' or c.account_region = @region)`

// sourceRuns are the newest runs of c's account and region, newest first, as far as they are about the source. A run says
// by a message that it left a source out, or by the status of the whole section; and that it failed likewise, but for
// security, which several sources share.
const sourceRuns = `
    select l.id, l.date_created,
      case when said.skipped then 'Skipped' else section.status end as outcome,
      said.failed or section.status = 'Fail' and c.service <> 'security' as failed
    from view_acct_logs l
    cross join lateral (
      select coalesce(bool_or(m.message = 'Skipped'), false) as skipped,
        max(m.message) filter (where m.message in ('Pass', 'Fail')) as status,
        coalesce(bool_or(m.message like 'failed: %' or m.message like 'denied: %'), false) as failed
      from view_acct_log_messages m
      where m.log_id = l.id and m.message_type = source.kind
    ) said
    cross join lateral (
      select case c.service
        when 'account' then l.account_status when 'cost' then l.cost_status when 'service' then l.service_status
        when 'security' then l.security_status when 'config' then l.config_status when 'inventory' then l.inventory_status
        when 'marketplace' then l.marketplace_status when 'trusted_advisor' then l.trusted_advisor_status
        when 'health' then l.health_status when 'application' then l.application_status
        when 'resilience_hub' then l.resilience_hub_status
        when 'iam' then coalesce(said.status, 'Skipped') else coalesce(said.status, 'Pass') end as status
    ) section
    where l.account = c.account and l.account_region = c.account_region
    order by l.date_created desc, l.id desc
    limit 1000`

// runMessages are what runs said about sources.
const runMessages = `
select log_id::bigint as run, message_type as kind, message as text
from view_acct_log_messages
where log_id = any(@runs) and message_type not in ('LOAD', 'REJECTED', 'INFO')
order by id`

// withSources adds the catalogue's sources: their words, the sections whose status they share, and the kinds of their
// messages.
func withSources(args pgx.NamedArgs) pgx.NamedArgs {
	var words, sections, kinds []string
	for _, source := range catalog.Sources {
		for _, section := range source.Sections {
			top, _, _ := strings.Cut(section, ".")
			words, sections, kinds = append(words, source.Name), append(sections, top), append(kinds, kindOf(source.Sections[0]))
		}
	}
	return mergeArgs(args, pgx.NamedArgs{"words": words, "sections": sections, "kinds": kinds})
}

// kindOf is the kind of the messages about a section of the snapshot: the last part of its path.
func kindOf(section string) string { return path.Base(strings.ReplaceAll(section, ".", "/")) }

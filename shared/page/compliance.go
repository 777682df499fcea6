package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// compliance is the newest AWS Config report of each account.
type compliance struct {
	Compliant, Rules int64
	Rows             []complianceRow
}

type complianceRow struct {
	Name             string
	Compliant, Rules int64
}

// Score returns the percentage of compliant rules as text.
func (r complianceRow) Score() string {
	return formatPercent(float64(r.Compliant) / float64(max(r.Rules, 1)))
}

// Percent returns the score as a whole number.
func (r complianceRow) Percent() int64 { return r.Compliant * 100 / max(r.Rules, 1) }

// Score returns the percentage of compliant rules over all accounts.
func (c compliance) Score() string {
	return complianceRow{Compliant: c.Compliant, Rules: c.Rules}.Score()
}

const newestComplianceSQL = `
select max(account_name) as name, sum(compliant_rules) as compliant, sum(total_rules) as rules
from (
  select distinct on (account, account_region) account, account_name, compliant_rules, total_rules
  from view_config_reports
  where account = any(@accounts) and (@region = '' or account_region = @region) and date_from <= @date
  order by account, account_region, date_from desc, created_at desc
) reports
group by account
having sum(total_rules) > 0
order by sum(compliant_rules)::float8 / sum(total_rules), name`

func readCompliance(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c compliance, err error) {
	if c.Rows, err = queryRows[complianceRow](ctx, tx, newestComplianceSQL, args); err != nil {
		return c, fmt.Errorf("reading compliance: %w", err)
	}
	for _, r := range c.Rows {
		c.Compliant, c.Rules = c.Compliant+r.Compliant, c.Rules+r.Rules
	}
	c.Rows = c.Rows[:min(len(c.Rows), panelRows)]
	return c, nil
}

package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// findings are the open findings of Security Hub.
type findings struct {
	findingCounts
	ByAccount chart
	Rows      []findingRow
}

type findingCounts struct{ Critical, High, Medium, Low int64 }

// Total returns the number of open findings.
func (c findingCounts) Total() int64 { return c.Critical + c.High + c.Medium + c.Low }

type findingRow struct {
	Name string
	findingCounts
}

// openFindingsSQL counts open findings by account and severity.
const openFindingsSQL = `
select max(account_name) as name,
  count(*) filter (where severity = 'CRITICAL') as critical, count(*) filter (where severity = 'HIGH') as high,
  count(*) filter (where severity = 'MEDIUM') as medium, count(*) filter (where severity = 'LOW') as low
from view360.open_findings
where account = any(@accounts) and (@region = '' or region = @region) and created_at < @until
group by account
order by critical desc, high desc, medium desc, name`

func readFindings(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (f findings, err error) {
	if f.Rows, err = queryRows[findingRow](ctx, tx, openFindingsSQL, args); err != nil {
		return f, fmt.Errorf("counting findings: %w", err)
	}
	for _, r := range f.Rows {
		f.Critical, f.High = f.Critical+r.Critical, f.High+r.High
		f.Medium, f.Low = f.Medium+r.Medium, f.Low+r.Low
	}
	f.Rows = f.Rows[:min(len(f.Rows), panelRows)]
	if f.Total() == 0 {
		return f, nil
	}
	bars := make([]bar, len(f.Rows))
	for i, r := range f.Rows {
		bars[i] = bar{fmt.Sprintf("%s: %s", shortenText(r.Name, 24), formatCount(r.Total())), []float64{float64(r.Critical), float64(r.High), float64(r.Medium), float64(r.Low)}}
	}
	f.ByAccount, err = barChart("Open findings by account and severity", bars, []series{
		{"Critical", colorCritical}, {"High", colorHigh}, {"Medium", colorMedium}, {"Low", colorLow},
	}, nil)
	return f, err
}

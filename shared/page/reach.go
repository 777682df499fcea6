package page

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// reach says for each source, by name, of how many accounts the numbers made from it are.
type reach map[string]sourceReach

type sourceReach struct {
	Service, Title string
	Accounts       int // read
	Unread         int // of which a region could not be read
	OfAccounts     int // expected
}

// IsComplete reports whether nothing is missing.
func (r sourceReach) IsComplete() bool { return r.Accounts >= r.OfAccounts && r.Unread == 0 }

// String returns such as 23 of 24 accounts; AWS Config not read in 2 accounts.
func (r sourceReach) String() string {
	text := fmt.Sprintf("%s of %s", formatCount(int64(r.Accounts)), countNoun(max(r.OfAccounts, r.Accounts), "account"))
	if r.Unread > 0 {
		text += fmt.Sprintf("; %s not read in %s", r.Title, countNoun(r.Unread, "account"))
	}
	return text
}

const reachSQL = `
select service, max(title) as title, count(distinct account) filter (where is_unread) as unread,
  count(distinct account) filter (where last_success_at is not null and not is_unread) as accounts, @expected::integer as of_accounts
from view360.coverage
where account = any(@accounts) and (@region = '' or account_region = @region)
group by service`

func readReach(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (reach, error) {
	rows, err := queryRows[sourceReach](ctx, tx, reachSQL, args)
	if err != nil {
		return nil, fmt.Errorf("reading what is covered: %w", err)
	}
	found := reach{}
	for _, r := range rows {
		found[r.Service] = r
	}
	return found, nil
}

// Of returns what is known of a panel's source; nothing of snapshots of the Python version.
func (r reach) Of(service string) []sourceReach {
	if source, known := r[service]; known {
		return []sourceReach{source}
	}
	return nil
}

package page

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// filter selects what the overview and the coverage show. An empty field selects everything.
type filter struct {
	Customer string
	Account  string // 12 digits
	Region   string
	Product  string
	Date     time.Time // data up to the end of this day
	today    time.Time
}

// parseFilter reads the query of an address.
func parseFilter(q url.Values, today time.Time) (filter, error) {
	f := filter{Customer: q.Get("customer"), Account: q.Get("account"), Region: q.Get("region"), Product: q.Get("product")}
	f.today = today.UTC().Truncate(24 * time.Hour)
	f.Date = f.today
	text := q.Get("date")
	if text == "" {
		return f, nil
	}
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return f, badRequest("%q is not a date. Use the form 2026-03-11.", text)
	}
	f.Date = date
	return f, nil
}

// IsActive reports whether the filter selects less than everything.
func (f filter) IsActive() bool { return f.Customer+f.Account+f.Region+f.Product != "" }

// Query returns the filter as the query of an address, without its date.
func (f filter) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"customer": f.Customer, "account": f.Account, "region": f.Region, "product": f.Product} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// resolveArgs returns the arguments of the page's queries. Accounts are selected here rather than in each query, so that a
// product of any region selects account-wide rows such as costs.
func (f filter) resolveArgs(ctx context.Context, tx pgx.Tx) (pgx.NamedArgs, error) {
	accounts, err := queryTexts(ctx, tx, `select distinct account from view_accounts
		where (@customer = '' or account_customer = @customer) and (@account = '' or account = @account)
		  and (@product = '' or project_product_name = @product)`,
		pgx.NamedArgs{"customer": f.Customer, "account": f.Account, "product": f.Product})
	if err != nil {
		return nil, fmt.Errorf("selecting accounts: %w", err)
	}
	expected, err := queryTexts(ctx, tx, `select count(distinct account)::text from view_accounts
		where account = any(@accounts) and account_status is not distinct from 'ACTIVE'`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("counting accounts: %w", err)
	}
	active, err := strconv.Atoi(expected[0])
	if err != nil {
		return nil, fmt.Errorf("counting accounts: %w", err)
	}
	month := time.Date(f.Date.Year(), f.Date.Month(), 1, 0, 0, 0, 0, time.UTC)
	return pgx.NamedArgs{
		"accounts": accounts, "expected": active, "today": f.today, "region": f.Region, "date": f.Date, "until": f.Date.AddDate(0, 0, 1),
		"month": month, "last": month.AddDate(0, -1, 0), "next": month.AddDate(0, 1, 0),
	}, nil
}

// choices are the values that the filter offers.
type choices struct {
	Customers, Regions, Products []string
	Accounts                     []accountChoice
}

type accountChoice struct{ Account, Name string }

// readChoices reads at most 1,000 values of each kind.
func readChoices(ctx context.Context, tx pgx.Tx) (c choices, err error) {
	for _, list := range []struct {
		to    *[]string
		query string
	}{
		{&c.Customers, `select distinct account_customer from view_accounts where account_customer <> '' order by 1 limit 1000`},
		{&c.Regions, `select distinct account_region from view_accounts where account_region <> '' order by 1 limit 1000`},
		{&c.Products, `select distinct project_product_name from view_accounts where project_product_name <> '' order by 1 limit 1000`},
	} {
		if *list.to, err = queryTexts(ctx, tx, list.query, nil); err != nil {
			return c, fmt.Errorf("listing filter choices: %w", err)
		}
	}
	c.Accounts, err = queryRows[accountChoice](ctx, tx,
		`select account, max(account_name) as name from view_accounts group by account order by name, account limit 1000`, nil)
	if err != nil {
		return c, fmt.Errorf("listing accounts: %w", err)
	}
	return c, nil
}

// mergeArgs returns args and more in one map.
func mergeArgs(args, more pgx.NamedArgs) pgx.NamedArgs {
	all := maps.Clone(args)
	maps.Copy(all, more)
	return all
}

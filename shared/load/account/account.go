// Package account loads the account section: the row that every other row belongs to, its contacts and its products.
package account

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"view360/shared/fault"
	"view360/shared/load"
)

// absent marks a member that is not there, as against one that is null.
const absent = `"absent"`

var (
	accounts = load.Table{
		Name: "accounts", Section: "account",
		Columns: []load.Column{
			{Name: "account_name", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "account_email", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "account_status", Type: load.Varchar(50), Rule: load.Cut},
			{Name: "account_arn", Type: load.Varchar(255)},
			{Name: "partner_name", Type: load.Text},
			{Name: "customer_name", Type: load.Text},
			{Name: "joined_method", Type: load.Varchar(50), Rule: load.Cut},
			{Name: "joined_timestamp", Type: load.Timestamp},
			{Name: "account_type", Type: load.Varchar(50), Rule: load.Cut},
			{Name: "category", Type: load.Text},
			{Name: "product", Type: load.Text},
		},
	}
	contactInfo = load.Table{
		Name: "contact_info", Section: "account.contact_info",
		Columns: []load.Column{
			{Name: "address_line1", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "address_line2", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "address_line3", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "city", Type: load.Varchar(100), Rule: load.Cut},
			{Name: "country_code", Type: load.Varchar(2)},
			{Name: "postal_code", Type: load.Varchar(20), Rule: load.Cut},
			{Name: "state_or_region", Type: load.Varchar(100), Rule: load.Cut},
			{Name: "company_name", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "phone_number", Type: load.Varchar(20), Rule: load.Cut},
			{Name: "website_url", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "full_name", Type: load.Varchar(255), Rule: load.Cut},
		},
	}
	alternateContacts = load.Table{
		Name: "alternate_contacts", Section: "account.alternate_contacts",
		Columns: []load.Column{
			{Name: "billing", Type: load.JSON, Default: absent},
			{Name: "operations", Type: load.JSON, Default: absent},
			{Name: "security", Type: load.JSON, Default: absent},
		},
	}
)

//go:embed accounts.sql
var upsertAccount string

//go:embed contact_info.sql
var upsertContact string

//go:embed alternate_contacts.sql
var upsertAlternates string

//go:embed products.sql
var addProducts string

// Load writes the accounts row and what belongs to it, and returns the row's id. A snapshot whose account section is
// empty belongs to the row that is there already.
func Load(ctx context.Context, s *load.Session) (int32, error) {
	place := s.Index.Sections[accounts.Section]
	if place.Empty() { // {} or []: the collector could not read it
		return load.AccountRow(ctx, s.Tx, s.Index)
	}
	values, ok, err := s.Object(ctx, accounts)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fault.New(fault.Invalid, "the account section cannot be stored: see view360.rejects")
	}
	id, err := account(ctx, s, values, place.ObservedAt)
	if err != nil {
		return 0, err
	}
	if err := contacts(ctx, s, id, place.Complete); err != nil {
		return 0, err
	}
	if err := confirm(ctx, s, id, place.ObservedAt); err != nil {
		return 0, err
	}
	return id, products(ctx, s, id, values["product"])
}

// confirm notes on rows that were equal that this snapshot saw them too, so that an older one does not replace them.
func confirm(ctx context.Context, s *load.Session, id int32, observed time.Time) error {
	for _, statement := range []string{
		"update accounts set observed_at = $2 where id = $1 and coalesce(observed_at, '-infinity') < $2",
		"update contact_info set observed_at = $2 where account_id = $1 and coalesce(observed_at, '-infinity') < $2",
		"update alternate_contacts set observed_at = $2 where account_id = $1 and coalesce(observed_at, '-infinity') < $2",
	} {
		if _, err := s.Tx.Exec(ctx, statement, id, observed); err != nil {
			return fmt.Errorf("confirming the account: %w", err)
		}
	}
	return nil
}

func account(ctx context.Context, s *load.Session, values map[string]*string, observed time.Time) (id int32, err error) {
	var outcome string
	err = s.Tx.QueryRow(ctx, upsertAccount, s.Index.Name.Account, s.Index.Name.Region, values["account_name"], values["account_email"],
		values["account_status"], values["account_arn"], values["partner_name"], values["customer_name"], values["joined_method"],
		values["joined_timestamp"], values["account_type"], values["category"], observed).Scan(&id, &outcome)
	if err != nil {
		return 0, fmt.Errorf("writing the accounts row: %w", err)
	}
	s.Count("accounts", counted(outcome))
	return id, nil
}

// counted is one row's outcome without the reading of it, which is counted where the section is read.
func counted(outcome string) load.Counts {
	switch outcome {
	case "created":
		return load.Counts{Created: 1}
	case "updated":
		return load.Counts{Updated: 1}
	default:
		return load.Counts{Unchanged: 1}
	}
}

func contacts(ctx context.Context, s *load.Session, id int32, complete bool) error {
	place := s.Index.Sections[accounts.Section]
	info, ok, err := s.Object(ctx, contactInfo)
	if err != nil {
		return err
	}
	if ok {
		arguments := []any{id, place.ObservedAt, complete}
		for _, c := range contactInfo.Columns {
			arguments = append(arguments, info[c.Name])
		}
		if err := rows(ctx, s, "contact_info", upsertContact, arguments...); err != nil {
			return err
		}
	}
	alternates, ok, err := s.Object(ctx, alternateContacts)
	if err != nil || !ok {
		return err
	}
	return rows(ctx, s, "alternate_contacts", upsertAlternates, id, place.ObservedAt, alternates["billing"], alternates["operations"], alternates["security"])
}

// rows runs a statement that returns read, created, updated and deleted rows, and counts them.
func rows(ctx context.Context, s *load.Session, table, statement string, arguments ...any) error {
	var c load.Counts
	err := s.Tx.QueryRow(ctx, statement, arguments...).Scan(&c.Read, &c.Created, &c.Updated, &c.Deleted)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("writing %s: %w", table, err)
	}
	c.Unchanged = c.Read - c.Created - c.Updated
	c.Read -= s.Counted(table).Read // the section as a whole was counted when it was read
	s.Count(table, c)
	return nil
}

// products adds the products that the account names, and the links to them. Neither is ever changed or removed: people
// maintain both by hand.
func products(ctx context.Context, s *load.Session, id int32, names *string) error {
	if names == nil {
		return nil
	}
	var added, linked load.Counts
	err := s.Tx.QueryRow(ctx, addProducts, id, *names).Scan(&added.Read, &added.Created, &linked.Created)
	if err != nil {
		return fmt.Errorf("adding the products: %w", err)
	}
	linked.Read = added.Read
	added.Unchanged, linked.Unchanged = added.Read-added.Created, linked.Read-linked.Created
	if added.Read > 0 {
		s.Count("products", added)
		s.Count("product_accounts", linked)
	}
	return nil
}

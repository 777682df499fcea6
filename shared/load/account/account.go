// Package account loads the account section: the row that every other row belongs to, its contacts, and its products.
package account

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Group is the table group account, which loads first. It has no mappings: its statements are in SQL files.
var Group = load.Group{Name: "account", LoadAccountRow: loadSection}

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
)

//go:embed accounts.sql
var upsertAccountSQL string

//go:embed contact_info.sql
var upsertContactSQL string

// loadSection writes the accounts row and its contacts and products, and returns the row's id. A snapshot with an empty
// account section belongs to the stored row.
func loadSection(ctx context.Context, s *load.Session) (int32, error) {
	section := s.Index.Sections[accounts.Section]
	if section.IsEmpty() { // {} or []: the collector could not read it
		return load.FindAccountRow(ctx, s.Tx, s.Index)
	}
	values, ok, err := s.ReadSection(ctx, accounts)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fault.New(outcome.Invalid, "the account section cannot be stored: see view360.rejects")
	}
	id, err := loadAccount(ctx, s, values, section.ObservedAt)
	if err != nil {
		return 0, err
	}
	if err := loadContact(ctx, s, id, section); err != nil {
		return 0, err
	}
	if err := loadAlternates(ctx, s, id, section); err != nil {
		return 0, err
	}
	return id, loadProducts(ctx, s, id, values["product"])
}

// These record on equal rows that this snapshot contains them too, so that an older one does not replace them. $1 is the
// accounts row and $2 the time of collection.
const (
	markAccountSeenSQL    = "update accounts set observed_at = $2 where id = $1 and coalesce(observed_at, '-infinity') < $2"
	markContactSeenSQL    = "update contact_info set observed_at = $2 where account_id = $1 and coalesce(observed_at, '-infinity') < $2"
	markAlternatesSeenSQL = "update alternate_contacts set observed_at = $2 where account_id = $1 and coalesce(observed_at, '-infinity') < $2 and contact_type = any ($3)"
)

func markSeen(ctx context.Context, s *load.Session, statement string, arguments ...any) error {
	if _, err := s.Tx.Exec(ctx, statement, arguments...); err != nil {
		return fmt.Errorf("marking the account as seen: %w", err)
	}
	return nil
}

func loadAccount(ctx context.Context, s *load.Session, values map[string]*string, observed time.Time) (id int32, err error) {
	var outcome string
	err = s.Tx.QueryRow(ctx, upsertAccountSQL, s.Index.Name.Account, s.Index.Name.Region, values["account_name"], values["account_email"],
		values["account_status"], values["account_arn"], values["partner_name"], values["customer_name"], values["joined_method"],
		values["joined_timestamp"], values["account_type"], values["category"], observed).Scan(&id, &outcome)
	if err != nil {
		return 0, fmt.Errorf("writing the accounts row: %w", err)
	}
	s.AddCounts("accounts", toCounts(outcome))
	return id, markSeen(ctx, s, markAccountSeenSQL, id, observed)
}

// toCounts returns the counts of one written row; ReadSection has counted it as read.
func toCounts(outcome string) load.Counts {
	switch outcome {
	case "created":
		return load.Counts{Created: 1}
	case "updated":
		return load.Counts{Updated: 1}
	default:
		return load.Counts{Unchanged: 1}
	}
}

// loadContact writes the primary contact.
func loadContact(ctx context.Context, s *load.Session, id int32, section snapshot.Range) error {
	info, ok, err := s.ReadSection(ctx, contactInfo)
	if err != nil || !ok {
		return err
	}
	arguments := []any{id, section.ObservedAt, section.Complete}
	for _, c := range contactInfo.Columns {
		arguments = append(arguments, info[c.Name])
	}
	given, err := runUpsert(ctx, s, contactInfo.Name, upsertContactSQL, arguments...)
	if err != nil {
		return err
	}
	if given == 0 {
		s.AddCounts(contactInfo.Name, load.Counts{Read: -1}) // an object without a value is not a contact
		return nil
	}
	return markSeen(ctx, s, markContactSeenSQL, id, section.ObservedAt)
}

// runUpsert runs a statement that returns the number of rows given, created, updated, and deleted, and adds them to the
// counts of the table; ReadSection has counted them as read.
func runUpsert(ctx context.Context, s *load.Session, table, statement string, arguments ...any) (given int64, err error) {
	var c load.Counts
	if err := s.Tx.QueryRow(ctx, statement, arguments...).Scan(&given, &c.Created, &c.Updated, &c.Deleted); err != nil {
		return 0, fmt.Errorf("writing %s: %w", table, err)
	}
	c.Unchanged = given - c.Created - c.Updated
	s.AddCounts(table, c)
	return given, nil
}

package account

import (
	"context"
	_ "embed"

	"view360/shared/load"
	"view360/shared/snapshot"
)

// absent marks a member that is absent, not null: the collector does not know the contact.
const absent = `"absent"`

var (
	// alternateContacts reads which contacts exist.
	alternateContacts = load.Table{
		Name: "alternate_contacts", Section: "account.alternate_contacts",
		Columns: []load.Column{
			{Name: "billing", Type: load.JSON, Rule: load.Whole, Default: absent},
			{Name: "operations", Type: load.JSON, Rule: load.Whole, Default: absent},
			{Name: "security", Type: load.JSON, Rule: load.Whole, Default: absent},
		},
	}
	// alternateContact reads one of them.
	alternateContact = load.Table{
		Name: "alternate_contacts", Section: "account.alternate_contacts",
		Columns: []load.Column{
			{Name: "full_name", Member: "name", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "title", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "email", Type: load.Varchar(255), Rule: load.Cut},
			{Name: "phone_number", Member: "phone", Type: load.Varchar(20), Rule: load.Cut},
		},
	}
)

//go:embed alternate_contacts.sql
var upsertAlternatesSQL string

// loadAlternates writes the billing, operations, and security contacts. It deletes a contact that is null and keeps one
// that is absent.
func loadAlternates(ctx context.Context, s *load.Session, id int32, section snapshot.Range) error {
	contents, ok, err := s.ReadSection(ctx, alternateContacts)
	if err != nil || !ok {
		return err
	}
	s.AddCounts(alternateContacts.Name, load.Counts{Read: -1}) // the object around the contacts is not a row
	var types, missing []string
	columns := make([][]*string, len(alternateContact.Columns))
	for _, c := range alternateContacts.Columns {
		switch content := contents[c.Name]; {
		case content == nil:
			missing = append(missing, c.Name)
		case *content == absent || *content == "{}":
		default:
			contact := alternateContact
			contact.Section += "." + c.Name
			values, ok, err := s.ReadText(ctx, contact, *content)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			types = append(types, c.Name)
			for i, column := range contact.Columns {
				columns[i] = append(columns[i], values[column.Name])
			}
		}
	}
	arguments := []any{id, section.ObservedAt, types}
	for _, values := range columns {
		arguments = append(arguments, values)
	}
	if _, err := runUpsert(ctx, s, alternateContacts.Name, upsertAlternatesSQL, append(arguments, missing)...); err != nil {
		return err
	}
	return markSeen(ctx, s, markAlternatesSeenSQL, id, section.ObservedAt, types)
}

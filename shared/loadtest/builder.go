// Package loadtest tests loaders: [Run] checks one table, [Bench] is the database and bucket that tests share, and
// [Builder] builds snapshots from the mappings, with a value for every column of every table.
package loadtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/snapshot"
)

// Builder builds a snapshot. The same fields give the same text.
type Builder struct {
	Account, Region string
	Date            string // 2026-03-11
	Collected       string // time of collection, RFC 3339
	Rows            int    // of each list
	Version         int    // part of the values outside the keys
	// Edit changes the nth row of a table; nil changes none.
	Edit func(table load.Table, n int, row map[string]any)
}

// Key returns the object key of the snapshot, of interval DAILY.
func (s Builder) Key() string {
	return fmt.Sprintf("%s%s/%s/%s_DAILY.json", snapshot.DataPrefix, s.Account, s.Region, s.Date)
}

// JSON returns the text of the snapshot.
func (s Builder) JSON() string {
	document := map[string]any{"meta": s.buildMeta(), "account": s.buildAccount(), "logs": map[string]any{"account_status": "Pass", "message": []any{"m"}}}
	for _, section := range catalog.SnapshotSections() {
		if _, exists := document[section.Key]; !exists && section.Object {
			document[section.Key] = map[string]any{}
		} else if !exists {
			document[section.Key] = []any{}
		}
	}
	for _, table := range loaders.Tables() {
		s.addRows(document, table)
	}
	text, err := json.Marshal(document)
	if err != nil {
		panic(err) // maps and texts have a JSON form
	}
	return string(text)
}

func (s Builder) buildMeta() map[string]any {
	sections := map[string]any{}
	for _, section := range catalog.SnapshotSections() {
		sections[section.Key] = map[string]any{"complete": true, "collected_at": s.Collected}
	}
	return map[string]any{"collected_at": s.Collected, "sections": sections}
}

func (s Builder) buildAccount() map[string]any {
	contact := map[string]any{"name": "n", "title": "t", "email": "e", "phone": "1"}
	return map[string]any{
		"account_id": s.Account, "region": s.Region, "account_name": fmt.Sprint("name ", s.Version), "product": "alpha, beta",
		"contact_info":       map[string]any{"full_name": fmt.Sprint("full ", s.Version), "country_code": "DE"},
		"alternate_contacts": map[string]any{"billing": contact, "operations": contact, "security": nil},
	}
}

// addRows adds the rows of a table to the document.
func (s Builder) addRows(document map[string]any, table load.Table) {
	outer, nested, isNested := strings.Cut(table.Section, "[].")
	path := strings.Split(strings.TrimSuffix(outer, "[]"), ".")
	switch {
	case isNested: // each element of the outer list has one element
		for n, parent := range getMember(document, path).([]any) {
			parent.(map[string]any)[strings.TrimSuffix(nested, "[]")] = []any{s.Row(table, n)}
		}
	case strings.HasSuffix(outer, "[]"):
		var rows []any
		for n := range s.Rows {
			rows = append(rows, s.Row(table, n))
		}
		setMember(document, path, rows)
	default:
		setMember(document, path, s.Row(table, 0))
	}
}

// Row returns the nth row of a table, as an element of its list.
func (s Builder) Row(table load.Table, n int) map[string]any {
	row := map[string]any{}
	for _, c := range table.Columns {
		if member := splitMember(c); c.Fixed == nil && getMember(row, member) == nil {
			setMember(row, member, s.Value(table, c, n))
		}
	}
	if s.Edit != nil {
		s.Edit(table, n, row)
	}
	return row
}

// Value returns the value of a column in the nth row.
func (s Builder) Value(table load.Table, c load.Column, n int) any {
	member := splitMember(c)
	name := member[len(member)-1]
	day := time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC)
	switch kind := c.Type.String(); {
	case kind == "integer":
		return 10 + n%100 + s.Version
	case strings.HasPrefix(kind, "numeric"):
		return json.Number(fmt.Sprintf("%d.%d", 1+n%8, s.Version%10))
	case kind == "boolean":
		return (n+s.Version)%2 == 0
	case kind == "date" && (name == "date_to" || name == "end" || name == "period_end"):
		return day.AddDate(0, 0, 1).Format(time.DateOnly)
	case kind == "date":
		return day.Format(time.DateOnly)
	case kind == "timestamp with time zone":
		return day.Add(time.Duration(s.Version) * time.Minute).Format(time.RFC3339)
	case kind == "jsonb":
		return map[string]any{"n": n}
	case c.Type == load.Granularity:
		return "DAILY"
	default:
		return s.buildText(table, c, name, n)
	}
}

// buildText returns a text that differs between accounts, in case the key of the table does not have the account.
func (s Builder) buildText(table load.Table, c load.Column, name string, n int) string {
	text := fmt.Sprintf("%s-%d v%d", name, n, s.Version)
	if c.Name == "_parent_key" || slices.Contains(table.Key, c.Name) {
		text = fmt.Sprintf("%s-%d %s %s", name, n, s.Account, s.Region)
	}
	var length int
	if _, err := fmt.Sscanf(c.Type.String(), "character varying(%d)", &length); err == nil && len(text) > length {
		return text[:length]
	}
	return text
}

// Member returns the name of the top member of a row that has a column's value.
func Member(c load.Column) string { return splitMember(c)[0] }

func splitMember(c load.Column) []string {
	if c.Member == "" {
		return []string{c.Name}
	}
	return strings.Split(c.Member, ".")
}

func getMember(object map[string]any, path []string) any {
	for _, name := range path[:len(path)-1] {
		object, _ = object[name].(map[string]any)
	}
	return object[path[len(path)-1]]
}

func setMember(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, exists := object[name].(map[string]any)
		if !exists {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
}

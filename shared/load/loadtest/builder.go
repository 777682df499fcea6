// Package loadtest makes snapshots for tests from the loaders' own mappings: every column of every table has a value, so
// a test that compares tables misses none.
package loadtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/snapshot"
)

// Builder is a snapshot in the making. The same one gives the same text.
type Builder struct {
	Account, Region string
	Date            string // 2026-03-11
	Collected       string // time of collection, RFC 3339
	Rows            int    // of each list
	Version         int    // goes into the values that are no keys
	// Edit changes the nth row of a table; nil leaves them as they are.
	Edit func(table load.Table, n int, row map[string]any)
}

// Key is the snapshot's object key, of interval DAILY.
func (s Builder) Key() string {
	return fmt.Sprintf("%s%s/%s/%s_DAILY.json", snapshot.DataPrefix, s.Account, s.Region, s.Date)
}

// JSON is the snapshot's text.
func (s Builder) JSON() string {
	document := map[string]any{"meta": s.meta(), "account": s.account(), "logs": map[string]any{"account_status": "Pass", "message": []any{"m"}}}
	for _, section := range snapshot.Sections {
		if _, there := document[section.Key]; !there && section.Object {
			document[section.Key] = map[string]any{}
		} else if !there {
			document[section.Key] = []any{}
		}
	}
	for _, table := range loaders.Tables() {
		s.add(document, table)
	}
	text, err := json.Marshal(document)
	if err != nil {
		panic(err) // maps and texts have a JSON form
	}
	return string(text)
}

func (s Builder) meta() map[string]any {
	sections := map[string]any{}
	for _, section := range snapshot.Sections {
		sections[section.Key] = map[string]any{"complete": true, "collected_at": s.Collected}
	}
	return map[string]any{"collected_at": s.Collected, "sections": sections}
}

func (s Builder) account() map[string]any {
	contact := map[string]any{"name": "n", "title": "t", "email": "e", "phone": "1"}
	return map[string]any{
		"account_id": s.Account, "region": s.Region, "account_name": fmt.Sprint("name ", s.Version), "product": "alpha, beta",
		"contact_info":       map[string]any{"full_name": fmt.Sprint("full ", s.Version), "country_code": "DE"},
		"alternate_contacts": map[string]any{"billing": contact, "operations": contact, "security": nil},
	}
}

// add puts the rows of a table into the document.
func (s Builder) add(document map[string]any, table load.Table) {
	outer, nested, isNested := strings.Cut(table.Section, "[].")
	path := strings.Split(strings.TrimSuffix(outer, "[]"), ".")
	switch {
	case isNested: // each element of the outer list has one element
		for n, parent := range get(document, path).([]any) {
			parent.(map[string]any)[strings.TrimSuffix(nested, "[]")] = []any{s.Row(table, n)}
		}
	case strings.HasSuffix(outer, "[]"):
		var rows []any
		for n := range s.Rows {
			rows = append(rows, s.Row(table, n))
		}
		set(document, path, rows)
	default:
		set(document, path, s.Row(table, 0))
	}
}

// Row is the nth row of a table, as the element of its list.
func (s Builder) Row(table load.Table, n int) map[string]any {
	row := map[string]any{}
	for _, c := range table.Columns {
		if member := memberOf(c); c.Fixed == nil && get(row, member) == nil {
			set(row, member, s.Value(table, c, n))
		}
	}
	if s.Edit != nil {
		s.Edit(table, n, row)
	}
	return row
}

// Value is the value of a column in the nth row.
func (s Builder) Value(table load.Table, c load.Column, n int) any {
	member := memberOf(c)
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
		return s.text(table, c, name, n)
	}
}

// text tells accounts apart where the key of the table does not.
func (s Builder) text(table load.Table, c load.Column, name string, n int) string {
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

// Member is the name of the member at the top of a row that holds a column's value.
func Member(c load.Column) string { return memberOf(c)[0] }

func memberOf(c load.Column) []string {
	if c.Member == "" {
		return []string{c.Name}
	}
	return strings.Split(c.Member, ".")
}

func get(object map[string]any, path []string) any {
	for _, name := range path[:len(path)-1] {
		object, _ = object[name].(map[string]any)
	}
	return object[path[len(path)-1]]
}

func set(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, there := object[name].(map[string]any)
		if !there {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	object[path[len(path)-1]] = value
}

package load_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loaders"
)

// generated are columns that no mapping fills: surrogate keys, and the times of the row itself.
var generated = []string{"id", "created_at", "updated_at", "observed_at", "closed_at"}

// TestMappingsMatchTheDatabase compares every mapping with the catalog of a migrated database.
func TestMappingsMatchTheDatabase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, handler := range b.Handlers() {
		for _, table := range handler.Tables {
			t.Run(table.Name, func(t *testing.T) { checkMapping(t, b, table) })
		}
	}
}

func checkMapping(t *testing.T, b *bench, table load.Table) {
	types := map[string]string{}
	for _, line := range b.Query(`select attname, format_type(atttypid, atttypmod) from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped`, table.Name) {
		name, kind, _ := strings.Cut(line, "|")
		types[name] = kind
	}
	mapped := []string{"account_id"}
	if table.Parent != nil {
		mapped = append(mapped, table.Parent.Column)
	}
	for _, c := range table.Columns {
		if strings.HasPrefix(c.Name, "_") {
			continue
		}
		mapped = append(mapped, c.Name)
		if got := c.Type.String(); got != types[c.Name] {
			t.Errorf("column %s is mapped as %s and is %q", c.Name, got, types[c.Name])
		}
	}
	for name := range types {
		if !slices.Contains(mapped, name) && !slices.Contains(generated, name) {
			t.Errorf("column %s is not mapped", name)
		}
	}
	if _, has := types["updated_at"]; has != (table.HasUpdatedAt || slices.Contains(mapped, "updated_at")) {
		t.Errorf("Touched is %t and updated_at there %t", table.HasUpdatedAt, has)
	}
}

// TestEveryKeyFindsAtMostOneRow checks that every key is a unique index.
func TestEveryKeyFindsAtMostOneRow(t *testing.T) { // L22
	t.Parallel()
	b := newBench(t)
	for _, table := range loaders.Tables() {
		checkKey(t, b, table)
	}
}

func checkKey(t *testing.T, b *bench, table load.Table) {
	key := slices.Sorted(slices.Values(table.Key))
	var unique []string
	for _, line := range b.Query(`select array_agg(a.attname::text order by a.attname)::text from pg_index i
		join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
		where i.indrelid = $1::regclass and i.indisunique group by i.indexrelid`, table.Name) {
		unique = append(unique, strings.Trim(line, "{}"))
	}
	if !slices.Contains(unique, strings.Join(key, ",")) {
		t.Errorf("%s: key %v is not one of the unique indexes %v", table.Name, key, unique)
	}
}

// TestEveryTableIsLoaded checks that a mapping, the account loader, or record fills each table of the contract.
func TestEveryTableIsLoaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	loaded := []string{"accounts", "contact_info", "alternate_contacts", "products", "product_accounts", "logs", "log_messages"}
	for _, handler := range b.Handlers() {
		for _, table := range handler.Tables {
			loaded = append(loaded, table.Name)
		}
	}
	slices.Sort(loaded)
	want := b.Query("select tablename::text from pg_tables where schemaname = 'public' order by 1")
	if got := fmt.Sprint(loaded); got != fmt.Sprint(want) {
		t.Errorf("loaded %v\nthe database has %v", got, want)
	}
}

package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
	"view360/shared/object"
)

// TestEveryReportShowsTheSameCounts loads a snapshot whose rows are created, updated, unchanged, adapted, rejected and
// deleted, and compares the numbers in the output of the execution, the ledger, log_messages, the log and the views.
func TestEveryReportShowsTheSameCounts(t *testing.T) { // L60
	t.Parallel()
	p := newPipeline(t)
	first := buildDays()[0]
	first.Rows = 4
	loadAndCountTables(p, first)

	second := first
	second.Date, second.Collected = "2026-03-12", "2026-03-12T01:00:00Z"
	second.Edit = func(table load.Table, n int, row map[string]any) {
		switch {
		case table.Name != "kms_keys":
		case n == 0:
			row["description"] = "changed"
		case n == 1:
			row["description"] = "cut\x00"
		case n == 2:
			row["key_id"] = nil // rejected; nothing counts as gone, because nobody knows whose row this is
		}
	}
	var log bytes.Buffer
	inprocess.AddLoaders(p.functions, load.Handler{Pool: p.pool, Bucket: func(string) *object.Store { return p.store },
		Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	got := loadAndCountTables(p, second)

	want := load.Counts{Read: 4, Created: 0, Updated: 2, Unchanged: 1, Adapted: 1, Rejected: 1, Deleted: 0}
	if got["kms_keys"] != want {
		t.Errorf("kms_keys %+v, want %+v", got["kms_keys"], want)
	}
	for table, c := range got {
		if c.Read != c.Created+c.Updated+c.Unchanged+c.Rejected {
			t.Errorf("%s: %+v does not add up", table, c)
		}
	}
	for place, query := range map[string]string{
		"the ledger":   "select jsonb_object_agg(c.key, c.value)::text from view360.loads l, jsonb_each(l.counters) c where l.snapshot_date = '2026-03-12'",
		"log_messages": "select m.message from log_messages m join logs l on l.id = m.log_id where m.message_type = 'LOAD' and l.date_created::date = '2026-03-12'",
	} {
		var there map[string]load.Counts
		p.must(json.Unmarshal([]byte(queryTexts(t, p.pool, query)[0]), &there))
		delete(got, "logs")
		delete(got, "log_messages")
		if diff := cmp.Diff(got, there); diff != "" {
			t.Errorf("the output of the execution against %s:\n%s", place, diff)
		}
	}
	checkLogged(t, log.String(), got)
	history := queryTexts(t, p.pool, "select concat_ws(' ', rows_read, created, updated, unchanged, adapted, rejected, deleted) from view360.load_history where table_group = 'security' and snapshot_date = '2026-03-12'")
	if sum := sumCounts(got, "security"); len(history) != 1 || history[0] != fmt.Sprint(sum.Read, sum.Created, sum.Updated, sum.Unchanged, sum.Adapted, sum.Rejected, sum.Deleted) {
		t.Errorf("view360.load_history has %v, want the sum %+v", history, sum)
	}
}

// loadAndCountTables loads a snapshot with the load machine and returns what its output says of each table.
func loadAndCountTables(p *pipeline, snapshot loadtest.Builder) map[string]load.Counts {
	p.Helper()
	_, err := p.store.Put(p.Context(), snapshot.Key(), strings.NewReader(snapshot.JSON()))
	p.must(err)
	x := p.run(p.Context(), p.load, "numbers-"+snapshot.Date, map[string]string{"bucket": "data", "key": snapshot.Key()}).Describe()
	if x.Status != asl.Succeeded {
		p.Fatalf("load ended with %s: %s", x.Error, x.Cause)
	}
	var out struct{ Results []load.Output }
	p.must(json.Unmarshal(x.Output, &out))
	tables := map[string]load.Counts{}
	for _, r := range out.Results {
		for name, c := range r.Tables {
			tables[name] = c
		}
	}
	return tables
}

func sumCounts(tables map[string]load.Counts, group string) (sum load.Counts) {
	for _, g := range loaders.Groups {
		if g.Name != group {
			continue
		}
		for _, table := range g.Tables {
			sum.Add(tables[table.Name])
		}
	}
	return sum
}

// checkLogged looks for one line of each group with the sums of its tables.
func checkLogged(t *testing.T, log string, tables map[string]load.Counts) {
	t.Helper()
	logged := map[string]load.Counts{}
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, Group string
			load.Counts
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Msg == "loaded" {
			logged[entry.Group] = entry.Counts
		}
	}
	for _, g := range loaders.Groups[1:] {
		if want := sumCounts(tables, g.Name); logged[g.Name] != want {
			t.Errorf("the log says %+v of group %s, want %+v", logged[g.Name], g.Name, want)
		}
	}
}

// TestObjectIsArchivedOnlyWhenLoaded: a group that fails leaves the object where it is.
func TestObjectIsArchivedOnlyWhenLoaded(t *testing.T) { // L07
	p := newPipeline(t)
	one := buildDays()[0]
	_, err := p.store.Put(t.Context(), one.Key(), strings.NewReader(one.JSON()))
	p.must(err)
	_, err = p.pool.Exec(t.Context(), "alter table kms_keys add constraint broken check (key_id is null)")
	p.must(err)
	if ended := p.loadAll(t.Context(), "broken"); fmt.Sprint(ended) != "[FAILED View360.PartialLoad]" {
		t.Errorf("ended with %v", ended)
	}
	if _, err := p.store.Head(t.Context(), one.Key()); err != nil {
		t.Errorf("the object is not under data/ any more: %v", err)
	}
	_, err = p.pool.Exec(t.Context(), "alter table kms_keys drop constraint broken")
	p.must(err)
	if ended := p.loadAll(t.Context(), "again"); !allSucceeded(ended) {
		t.Errorf("again it ended with %v", ended)
	}
	if _, err := p.store.Head(t.Context(), "loaded/"+strings.TrimPrefix(one.Key(), "data/")); err != nil {
		t.Error(err)
	}
}

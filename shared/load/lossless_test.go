package load_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

var everything = loadtest.Builder{Account: "111122223333", Region: "eu-west-1", Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Rows: 3}

// TestEveryColumnIsLoaded compares every value of every row with the snapshot.
func TestEveryColumnIsLoaded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	counts := b.LoadText(everything.Key(), everything.JSON())
	for _, table := range loaders.Tables() {
		c := counts[table.Name]
		if c.Read == 0 || c.Created != c.Read || c.Adapted > 0 {
			t.Errorf("%s: %+v, want all created", table.Name, c)
		}
		for n := range c.Read {
			b.wantRow(table, int(n))
		}
	}
	for name, c := range b.LoadText(everything.Key(), everything.JSON()+" ") {
		if c.Created+c.Updated+c.Deleted+c.Rejected > 0 || c.Read != c.Unchanged {
			t.Errorf("%s again: %+v, want all unchanged", name, c)
		}
	}
}

// wantRow looks for the nth row, value by value.
func (b *bench) wantRow(table load.Table, n int) {
	b.Helper()
	var conditions []string
	var arguments []any
	for _, c := range table.Columns {
		if c.Fixed != nil || strings.HasPrefix(c.Name, "_") || c.Map != nil {
			continue
		}
		value := everything.Value(table, c, n)
		text := fmt.Sprint(value)
		if object, is := value.(map[string]any); is {
			encoded, err := json.Marshal(object)
			if err != nil {
				b.Fatal(err)
			}
			text = string(encoded)
		}
		arguments = append(arguments, text)
		conditions = append(conditions, fmt.Sprintf("%q = $%d::text::%s", c.Name, len(arguments), c.Type))
	}
	for i, condition := range conditions {
		if b.Query(fmt.Sprintf("select count(*) from %s where %s", table.Name, strings.Replace(condition, fmt.Sprintf("$%d", i+1), "$1", 1)), arguments[i])[0] == "0" {
			b.Errorf("%s: no row with %s %v", table.Name, condition, arguments[i])
		}
	}
	if b.Query(fmt.Sprintf("select count(*) from %s where %s", table.Name, strings.Join(conditions, " and ")), arguments...)[0] != "1" {
		b.Errorf("%s: the values of row %d are not in one row", table.Name, n)
	}
}

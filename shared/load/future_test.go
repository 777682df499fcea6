package load_test

import (
	"io/fs"
	"testing"

	"view360/shared/loadtest"
	"view360/sql"
)

// TestMigrationThawsAnAccountOfTheFuture: rows and watermarks of 2099 in a stored database do not stop later snapshots.
func TestMigrationThawsAnAccountOfTheFuture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	load := func(day string, keys ...string) {
		f := loadtest.Snapshot{Date: day, Collected: day + "T01:00:00Z", Sections: buildKMS(keys...)}
		f.Sections["service"] = "[]"
		b.Load(f)
	}
	load("2026-03-11", "a", "gone")
	for _, table := range []string{"accounts", "kms_keys", "view360.section_watermarks", "view360.period_watermarks"} {
		b.Exec("update " + table + " set observed_at = '2099-01-01'")
	}
	load("2026-03-12", "a=Disabled")
	b.Want("select key_id, key_state from kms_keys order by 1", "a|Enabled", "gone|Enabled")
	text, err := fs.ReadFile(sql.Migrations(), "0024_future_times.sql")
	if err != nil {
		t.Fatal(err)
	}
	b.Exec(string(text))
	b.Want("select count(*) from view360.period_watermarks where observed_at > now()", "0")
	load("2026-03-13", "a=Disabled")
	b.Want("select key_id, key_state from kms_keys", "a|Disabled")
}

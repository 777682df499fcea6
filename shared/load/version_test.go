package load_test

import (
	"fmt"
	"testing"

	"view360/shared/loaders"
)

// TestVersionFromTheFutureIsReplaced loads rows of each table with a version, dated 2099, and then the same rows as they are.
func TestVersionFromTheFutureIsReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := everything
	s.Version = 1
	b.LoadText(s.Key(), s.JSON())
	s.Date, s.Collected, s.Version = "2026-03-13", "2026-03-13T01:00:00Z", 2
	checkVersions(t, b, "2099-01-01", s.JSON, s.Key())
}

// TestAdoptedVersionIsReplaced: the Python version stored times shifted by the time zone of its server.
func TestAdoptedVersionIsReplaced(t *testing.T) { // L36
	t.Parallel()
	b := newBench(t)
	b.LoadText(everything.Key(), everything.JSON())
	for _, table := range loaders.Tables() {
		if table.VersionColumn != "" {
			b.Exec("update " + table.Name + " set observed_at = null")
		}
	}
	checkVersions(t, b, "2026-03-11", func() string { return everything.JSON() + " " }, everything.Key())
}

// checkVersions sets the versions of stored rows, loads a snapshot, and checks that no row keeps that version.
func checkVersions(t *testing.T, b *bench, version string, text func() string, key string) {
	t.Helper()
	checked := 0
	for _, table := range loaders.Tables() {
		if table.VersionColumn != "" {
			checked++
			b.Exec(fmt.Sprintf("update %s set %s = $1::text::timestamptz", table.Name, table.VersionColumn), version)
		}
	}
	if checked == 0 {
		t.Fatal("no table has a version")
	}
	b.LoadText(key, text())
	for _, table := range loaders.Tables() {
		if table.VersionColumn != "" {
			b.Want(fmt.Sprintf("select count(*), count(*) filter (where %s = '%s') from %s", table.VersionColumn, version, table.Name), fmt.Sprint(everything.Rows, "|0"))
		}
	}
}

package load_test

import (
	"fmt"
	"slices"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
	"view360/shared/object"
	"view360/shared/postgres"
)

// TestTempTablesStayWithTheConnection checks that a connection creates each temporary table once, and that a load finds it
// empty after a commit and after a rollback.
func TestTempTablesStayWithTheConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, err := postgres.OpenPool(t.Context(), b.Pool.Config().ConnString(), 1, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.Close)
	b.Pool = one
	day := func(d int, keys ...string) {
		b.Load(loadtest.Snapshot{Date: fmt.Sprintf("2026-03-%d", d), Collected: fmt.Sprintf("2026-03-%dT01:00:00Z", d), Sections: buildKMS(keys...)})
	}
	day(11, "a", "b")
	day(12, "a=Disabled", "b")
	tables := b.Query("select oid, relname from pg_class where relname like 'temp\\_%' order by 2")
	if len(tables) == 0 {
		t.Fatal("no temporary table was created")
	}

	lost := loadtest.Snapshot{Date: "2026-03-13", Collected: "2026-03-13T01:00:00Z", Sections: buildKMS("lost")}
	indexed := b.Index(lost.Key(), lost.JSON())
	if err := b.Store.Delete(t.Context(), object.Version{Key: lost.Key()}); err != nil {
		t.Fatal(err)
	}
	security := b.Handlers()[2]
	if _, err := security.Handle(t.Context(), load.Input{Index: indexed.Index, Group: security.Name}); err == nil {
		t.Fatal("a file that is gone was loaded")
	}

	day(14, "c")
	b.Want("select key_id from kms_keys", "c")
	if again := b.Query("select oid, relname from pg_class where relname like 'temp\\_%' order by 2"); !slices.Equal(tables, again) {
		t.Errorf("temporary tables were created again: %v, then %v", tables, again)
	}
	for _, temporary := range b.Query("select relname from pg_class where relpersistence = 't' and relkind = 'r'") {
		b.Want("select count(*) from pg_temp."+temporary, "0")
	}
}

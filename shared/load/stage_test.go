package load_test

import (
	"fmt"
	"slices"
	"testing"

	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/postgres"
)

// TestStagesStayWithTheConnection: a connection makes each stage once, and no load finds the rows of an earlier one in
// it, whether that one was committed or gave up.
func TestStagesStayWithTheConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, err := postgres.OpenPool(t.Context(), b.pool.Config().ConnString(), 1, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.Close)
	b.pool = one
	day := func(d int, keys ...string) {
		b.load(file{date: fmt.Sprintf("2026-03-%d", d), collected: fmt.Sprintf("2026-03-%dT01:00:00Z", d), sections: kms(keys...)})
	}
	day(11, "a", "b")
	day(12, "a=Disabled", "b")
	stages := b.query("select oid, relname from pg_class where relname like 'stage\\_%' order by 2")
	if len(stages) == 0 {
		t.Fatal("nothing was staged")
	}

	lost := file{date: "2026-03-13", collected: "2026-03-13T01:00:00Z", sections: kms("lost")}
	indexed := b.index(lost.key(), lost.text())
	if err := b.store.Delete(t.Context(), object.Version{Key: lost.key()}); err != nil {
		t.Fatal(err)
	}
	security := b.groups()[2]
	if _, err := security.Handle(t.Context(), load.Input{Index: indexed.Index, Group: security.Group}); err == nil {
		t.Fatal("a file that is gone was loaded")
	}

	day(14, "c")
	b.want("select key_id from kms_keys", "c")
	if again := b.query("select oid, relname from pg_class where relname like 'stage\\_%' order by 2"); !slices.Equal(stages, again) {
		t.Errorf("stages were made again: %v, then %v", stages, again)
	}
	for _, temporary := range b.query("select relname from pg_class where relpersistence = 't' and relkind = 'r'") {
		b.want("select count(*) from pg_temp."+temporary, "0")
	}
}

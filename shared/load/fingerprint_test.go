package load_test

import (
	"fmt"
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

// TestChangedRowsUndoTheFingerprint checks that a section is loaded again after anything else wrote to its rows.
func TestChangedRowsUndoTheFingerprint(t *testing.T) {
	t.Parallel()
	keys := buildKMS("a", "b", "c")
	for name, disturb := range map[string]string{
		"nothing":         "select",
		"a row changed":   "update kms_keys set description = 'by hand' where key_id = 'b'",
		"a row was gone":  "delete from kms_keys where key_id = 'b'",
		"a row was added": "insert into kms_keys (account_id, key_id, observed_at) select account_id, 'd', observed_at from kms_keys where key_id = 'a'",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: keys})
			want := b.Query("select key_id, coalesce(description, '') from kms_keys order by 1")
			if _, err := b.Pool.Exec(t.Context(), disturb); err != nil {
				t.Fatal(err)
			}
			counts := b.Load(loadtest.Snapshot{Date: "2026-03-12", Collected: "2026-03-12T01:00:00Z", Sections: keys})["kms_keys"]
			b.Want("select key_id, coalesce(description, '') from kms_keys order by 1", want...)
			did := counts.Created + counts.Updated + counts.Deleted
			if counts.Read != 3 || did > 1 || (did == 0) != (name == "nothing") {
				t.Errorf("got %+v", counts)
			}
		})
	}
}

// TestMatchingFingerprintMovesTheWatermark checks that an equal section of a later day is newer than one in between.
func TestMatchingFingerprintMovesTheWatermark(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	day := func(d int, keys ...string) load.Counts {
		return b.Load(loadtest.Snapshot{Date: fmt.Sprintf("2026-03-%d", d), Collected: fmt.Sprintf("2026-03-%dT01:00:00Z", d), Sections: buildKMS(keys...)})["kms_keys"]
	}
	day(11, "a", "b")
	if got, want := day(14, "a", "b"), (load.Counts{Read: 2, Unchanged: 2}); got != want {
		t.Errorf("the same section: %+v, want %+v", got, want)
	}
	day(12, "c")
	b.Want("select key_id from kms_keys order by 1", "a", "b")
	day(15, "b")
	b.Want("select key_id from kms_keys order by 1", "b")
}

// TestUnusualRowsUseTheTempTable loads rows that cannot be copied into an empty table directly.
func TestUnusualRowsUseTheTempTable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sections map[string]string
		table    string
		want     load.Counts
	}{
		"a key twice": {buildKMS("a", "b", "a"), "kms_keys", load.Counts{Read: 3, Created: 2, Unchanged: 1}},
		"no parent": {map[string]string{"inventory": `{"instances":[{"instance_id":"i"}],"applications":[{"instance_id":"i","name":"x"},{"instance_id":"gone","name":"y"}]}`},
			"inventory_applications", load.Counts{Read: 2, Created: 1, Rejected: 1}},
		"a parent that does not fit": {map[string]string{"security": `{"security_hub":[{"service":null,"findings":[` + buildFinding("1") + `]},{"service":"A","findings":[` + buildFinding("2") + `]}]}`},
			"findings", load.Counts{Read: 2, Created: 1, Rejected: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if got := b.Load(loadtest.Snapshot{Date: "2026-03-11", Collected: "2026-03-11T01:00:00Z", Sections: test.sections})[test.table]; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			b.Want("select count(*) from "+test.table, fmt.Sprint(test.want.Created))
		})
	}
}

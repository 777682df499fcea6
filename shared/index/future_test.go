package index_test

import (
	"strings"
	"testing"
	"time"

	"view360/shared/index"
	"view360/shared/object"
)

// TestSnapshotFromTheFutureIsRejected: a wrong clock of a sender must not freeze its account.
func TestSnapshotFromTheFutureIsRejected(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	const folder = "data/111122223333/eu-west-1/"
	meta := func(collected, section string) string {
		return strings.Replace(buildDocument(), "{", `{"meta":{"collected_at":"`+collected+`","sections":{"security.kms":{"complete":true,"collected_at":"`+section+`"},"security":{"complete":true,"collected_at":"`+section+`"}}},`, 1)
	}
	for _, test := range []struct{ name, key, text, want string }{
		{"a date", folder + "2099-01-01_DAILY.json", buildDocument(), "its date 2099-01-01 is in the future"},
		{"a date of a time zone ahead", folder + "2026-03-12_DAILY.json", buildDocument(), ""},
		{"a date two days ahead", folder + "2026-03-13_DAILY.json", buildDocument(), "its date 2026-03-13 is in the future"},
		{"a month that has begun", folder + "2026-03-31_MONTHLY.json", buildDocument(), ""},
		{"a year that has begun", folder + "2026-12-31_YEARLY.json", buildDocument(), ""},
		{"a month that has not begun", folder + "2026-04-30_MONTHLY.json", buildDocument(), "its date 2026-04-30 is in the future"},
		{"a collection", folder + "2026-03-11_DAILY.json", meta("2099-01-01T00:00:00Z", "2026-03-11T11:00:00Z"), "it was collected at 2099-01-01T00:00:00Z, in the future"},
		{"a section", folder + "2026-03-11_DAILY.json", meta("2026-03-11T11:00:00Z", "2026-03-11T12:16:00Z"), "was collected at 2026-03-11T12:16:00Z, in the future"},
		{"a clock a little ahead", folder + "2026-03-11_DAILY.json", meta("2026-03-11T12:14:00Z", "2026-03-11T12:14:00Z"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t)
			if _, err := store.Put(t.Context(), test.key, strings.NewReader(test.text)); err != nil {
				t.Fatal(err)
			}
			handler := index.Handler{Bucket: func(string) *object.Store { return store }, Now: func() time.Time { return now }}
			out, err := handler.Handle(t.Context(), index.Input{Bucket: "data", Key: test.key})
			if err != nil {
				t.Fatal(err)
			}
			if rejected := out.Status == index.Rejected; rejected != (test.want != "") || !strings.Contains(out.Reason, test.want) {
				t.Errorf("%s %q, want a reason with %q", out.Status, out.Reason, test.want)
			}
		})
	}
}

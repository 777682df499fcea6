package snapshot_test

import (
	"testing"
	"time"

	"view360/shared/snapshot"
)

func TestTimesOfEveryForm(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-10T01:02:03Z":           "2026-03-10T01:02:03Z",
		"2026-03-10t01:02:03z":           "2026-03-10T01:02:03Z",
		"2026-03-10 01:02:03":            "2026-03-10T01:02:03Z",
		"2026-03-10T01:02:03.123456789Z": "2026-03-10T01:02:03.123456789Z",
		"2026-03-10T01:02:03+08":         "2026-03-09T17:02:03Z",
		"2026-03-10T01:02:03+0800":       "2026-03-09T17:02:03Z",
		"2026-03-10 01:02:03+08:00":      "2026-03-09T17:02:03Z",
		"2026-03-10T01:02":               "2026-03-10T01:02:00Z",
		"2026-03-10T01:02Z":              "2026-03-10T01:02:00Z",
		"2026-03-10T24:00:00Z":           "2026-03-11T00:00:00Z",
		"2026-03-10T24:00":               "2026-03-11T00:00:00Z",
		"2026-12-31T24:00:00.000-01:00":  "2027-01-01T01:00:00Z",
		"2016-12-31T23:59:60Z":           "2017-01-01T00:00:00Z",
		"2016-12-31T23:59:60.5Z":         "2017-01-01T00:00:00.5Z",
		"2026-03-10":                     "2026-03-10T00:00:00Z",
		" 20240115 ":                     "2024-01-15T00:00:00Z",
		"1/15/2024":                      "2024-01-15T00:00:00Z",
		"01/15/2024 12:00:00 AM":         "2024-01-15T00:00:00Z",
		"Mon Jan 15 10:00:00 2024":       "2024-01-15T10:00:00Z",
		"9999-12-31T23:59:59Z":           "9999-12-31T23:59:59Z",
	} {
		got, exact, err := snapshot.ParseTime(text)
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %s, %v, want %s", text, got.Format(time.RFC3339Nano), err, want)
		}
		if leap := text[:4] == "2016"; exact == leap {
			t.Errorf("%q: exact is %t", text, exact)
		}
	}
	for _, text := range []string{"", "N/A", "15/1/2024", "2026-03-10T24:00:01Z", "2026-03-10T25:00:00Z", "2026-02-30", "yesterday", "1710032523", "2026-03-10T24"} {
		if got, _, err := snapshot.ParseTime(text); err == nil {
			t.Errorf("%q: got %s, want an error", text, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	f.Add("2026-03-10T24:00:00Z")
	f.Add("2016-12-31T23:59:60+08")
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := snapshot.ParseTime(text)
		if err == nil && got.Location() != time.UTC {
			t.Errorf("%q is in %s", text, got.Location())
		}
	})
}

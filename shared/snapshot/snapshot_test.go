package snapshot_test

import (
	"encoding/json"
	"testing"
	"time"

	"view360/shared/snapshot"
)

func parseDay(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestWindowIsACalendarPeriod(t *testing.T) { // D5
	tests := []struct {
		interval                                   snapshot.Interval
		date, start, end, name, previous, untilOld string
	}{
		{snapshot.Daily, "2026-03-11", "2026-03-10", "2026-03-11", "2026-03-11", "2026-03-09", "2026-03-10"},
		{snapshot.Daily, "2026-01-01", "2025-12-31", "2026-01-01", "2026-01-01", "2025-12-30", "2025-12-31"},
		{snapshot.Weekly, "2026-03-11", "2026-03-09", "2026-03-16", "2026-03-15", "2026-03-02", "2026-03-09"},
		{snapshot.Weekly, "2026-03-15", "2026-03-09", "2026-03-16", "2026-03-15", "2026-03-02", "2026-03-09"},
		{snapshot.Monthly, "2026-03-11", "2026-03-01", "2026-04-01", "2026-03-31", "2026-02-01", "2026-03-01"},
		{snapshot.Monthly, "2028-02-29", "2028-02-01", "2028-03-01", "2028-02-29", "2028-01-01", "2028-02-01"},
		{snapshot.Yearly, "2026-03-11", "2026-01-01", "2027-01-01", "2026-12-31", "2025-01-01", "2026-01-01"},
	}
	for _, test := range tests {
		w := snapshot.WindowOf(test.interval, parseDay(test.date))
		p := w.Previous(test.interval)
		got := [5]string{w.StartDate(), w.EndDate(), w.NameDate(test.interval).Format(time.DateOnly), p.StartDate(), p.EndDate()}
		if want := [5]string{test.start, test.end, test.name, test.previous, test.untilOld}; got != want {
			t.Errorf("%s %s: %v, want %v", test.interval, test.date, got, want)
		}
	}
}

func TestWindowExcludesItsEnd(t *testing.T) { // D21
	w := snapshot.WindowOf(snapshot.Daily, parseDay("2026-03-11"))
	if !w.Contains(w.Start) || w.Contains(w.End) || !w.Contains(w.End.Add(-time.Nanosecond)) {
		t.Error("the window is not [start, end)")
	}
}

func TestKeysAreBuiltAndParsed(t *testing.T) {
	for key, want := range map[string]string{
		"data/111122223333/eu-west-1/2026-03-11_DAILY.json":        "111122223333 eu-west-1 DAILY",
		"data/111122223333/2026-03-31_MONTHLY.json":                "111122223333  MONTHLY",
		"loaded/111122223333/us-gov-west-1/2026-12-31_YEARLY.json": "111122223333 us-gov-west-1 YEARLY",
	} {
		name, err := snapshot.ParseKey(key)
		if got := name.Account + " " + name.Region + " " + string(name.Interval); err != nil || got != want {
			t.Errorf("%s is %q, error %v, want %q", key, got, err, want)
		}
		if key[:5] == "data/" && name.Key() != key {
			t.Errorf("%s comes back as %s", key, name.Key())
		}
	}
	for _, key := range []string{"data/../111122223333/eu-west-1/2026-03-11_DAILY.json", "data/1/eu-west-1/2026-03-11_DAILY.json", "data/111122223333/eu-west-1/2026-02-30_DAILY.json", "data/111122223333/%2F/2026-03-11_DAILY.json", "data/111122223333/eu-west-1/2026-03-11_HOURLY.json", "2026-03-11_DAILY.json"} {
		if name, err := snapshot.ParseKey(key); err == nil {
			t.Errorf("%s is taken as %+v", key, name)
		}
	}
}

func TestTimesKeepTheContractForm(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	for want, at := range map[string]time.Time{
		`"2026-01-02T03:04:05+00:00"`:        time.Date(2026, 1, 2, 4, 4, 5, 999, berlin),
		`"2026-01-02T03:04:05.006000+00:00"`: time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC),
	} {
		if got, err := json.Marshal(snapshot.Time{Time: at}); err != nil || string(got) != want {
			t.Errorf("%s is written as %s, want %s", at, got, want)
		}
	}
}

func TestAmountsStayExact(t *testing.T) {
	a, err := snapshot.ParseAmount("0.1")
	if err != nil {
		t.Fatal(err)
	}
	b, err := snapshot.ParseAmount("1234567890123.0000000002")
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Plus(b).String(); got != "1234567890123.1000000002" {
		t.Errorf("sum %s", got)
	}
	if got := a.Minus(b).Minus(a).Plus(b).String(); got != "0" {
		t.Errorf("difference %s", got)
	}
	for _, text := range []string{"", "x", "1/3", "NaN", "0x10", "1_000"} {
		if _, err := snapshot.ParseAmount(text); err == nil {
			t.Errorf("%q is taken as an amount", text)
		}
	}
}

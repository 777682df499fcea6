package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// taken says which periods of an interval runs have taken, by their run dates, YYYY-MM-DD. Only runs without a date and
// filters that came to their end count.
type taken struct {
	Run    string    `json:"run"`    // the newest one
	Time   time.Time `json:"time"`   // the end of what it could take: its scheduled time, or its start
	Before string    `json:"before"` // the last date before those that the run took
	Last   string    `json:"last"`
}

// ledger has what was taken, by interval.
type ledger map[snapshot.Interval]taken

// ledgers has the ledger of the organization, "", and those of lists of accounts, by [findScope]. One object has them all,
// so that daily runs renew what longer intervals took: staged objects expire after 30 days.
type ledgers map[string]ledger

func readLedgers(ctx context.Context, staging *object.Store) (ledgers, error) {
	known := ledgers{}
	if err := staging.GetJSON(ctx, snapshot.TakenKey, &known); err != nil && !object.IsMissing(err) {
		return nil, err
	}
	return known, nil
}

// findScope returns the name of the ledger of a run: on a person's machine one folder has the runs of several accounts.
func (j job) findScope() string {
	if j.Settings.Organization {
		return ""
	}
	var ids []string
	for _, a := range j.accounts {
		ids = append(ids, a.id)
	}
	if len(ids) == 1 {
		return ids[0]
	}
	sum := sha256.Sum256([]byte(strings.Join(ids, ",")))
	return hex.EncodeToString(sum[:8])
}

// maxUntaken bounds the periods that a run takes because earlier ones did not.
const maxUntaken = 31

// listUntaken returns the dates of a run without a date, oldest first: those of the periods that ended before its time and
// that no earlier run has taken, as far as runs are known. A run that is started by hand takes the last complete period
// once more; a schedule that fires twice in a period takes it once, but the same start repeated takes the same dates.
// Dates that are too many are in the problem.
func (l ledger) listUntaken(request Request, interval snapshot.Interval, run string, before time.Time) (dates []time.Time, problem string) {
	last := snapshot.LastComplete(interval, before).NameDate(interval)
	known, any := l[interval]
	switch {
	case !any || request.isNarrowed():
		return []time.Time{last}, ""
	case known.Run == run, known.Time.Equal(before), bool(request.Resume):
		dates = listPeriodsAfter(known.Before, interval, last)
	case known.Last == last.Format(time.DateOnly) && request.Time != nil && before.After(known.Time):
		return nil, ""
	default:
		dates = listPeriodsAfter(known.Last, interval, last)
	}
	if missed := len(dates) - maxUntaken; missed > 0 {
		problem = formatMissed(interval, dates[0], dates[missed-1])
		dates = dates[missed:]
	}
	return dates, problem
}

// listPeriodsAfter returns the dates of the periods after a date up to last, and last itself in any case; only last if
// there is no date.
func listPeriodsAfter(date string, interval snapshot.Interval, last time.Time) []time.Time {
	after, err := time.Parse(time.DateOnly, date)
	if err != nil || !after.Before(last) {
		return []time.Time{last}
	}
	var dates []time.Time
	for w := snapshot.WindowOf(interval, after).Next(interval); !w.NameDate(interval).After(last); w = w.Next(interval) {
		dates = append(dates, w.NameDate(interval))
	}
	return dates
}

func formatMissed(interval snapshot.Interval, from, to time.Time) string {
	first, last := from.Format(time.DateOnly), to.Format(time.DateOnly)
	if interval == snapshot.Daily {
		return fmt.Sprintf("no run took the days %s to %s, more than one run makes up for: view360 backfill --start %s --end %s", first, last, first, last)
	}
	return fmt.Sprintf("no run took the %s periods %s to %s, more than one run makes up for: view360 collect --interval %s --date %s, and so on for each",
		interval, first, last, interval, first)
}

// takes is what a run takes. Plan stages it, and Settle records it: of a run that is killed before its end the next one
// takes all again.
type takes struct {
	Scope    string            `json:"scope"` // see [job.findScope]
	Interval snapshot.Interval `json:"interval"`
	taken
}

// writeTakes stages what the run takes. A run with nothing to collect is at its end already.
func (j job) writeTakes(ctx context.Context, run string, snapshots int) error {
	interval := j.template.Interval
	before := snapshot.WindowOf(interval, j.dates[0]).Previous(interval).NameDate(interval)
	last := j.dates[len(j.dates)-1]
	err := j.Staging.PutJSON(ctx, snapshot.TakesKey(run), takes{Scope: j.findScope(), Interval: interval, taken: taken{
		Run: run, Time: j.before, Before: before.Format(time.DateOnly), Last: last.Format(time.DateOnly),
	}})
	if err != nil || snapshots > 0 {
		return err
	}
	return RecordTaken(ctx, j.Staging, run)
}

// RecordTaken records the periods that a run takes as taken, so that no later run takes them by itself. It may be repeated.
// A run that takes none is left alone. Errors are those of the store.
func RecordTaken(ctx context.Context, staging *object.Store, run string) error {
	var t takes
	if err := staging.GetJSON(ctx, snapshot.TakesKey(run), &t); object.IsMissing(err) {
		return nil
	} else if err != nil {
		return err
	}
	known, err := readLedgers(ctx, staging)
	if err != nil {
		return err
	}
	if known[t.Scope] == nil {
		known[t.Scope] = ledger{}
	}
	if t.Last < known[t.Scope][t.Interval].Last { // an old start was repeated
		return nil
	}
	known[t.Scope][t.Interval] = t.taken
	return staging.PutJSON(ctx, snapshot.TakenKey, known)
}

// settling is a longer period that was taken when it had ended, and that a daily run reads once more.
type settling struct {
	interval snapshot.Interval
	date     time.Time
}

// listSettling returns the periods that ended the given number of days before one of the dates of a daily run. AWS still
// changes the bill for some days after them.
func (l ledger) listSettling(dates []time.Time, days int) (found []settling) {
	for _, date := range dates {
		for _, interval := range []snapshot.Interval{snapshot.Weekly, snapshot.Monthly, snapshot.Yearly} {
			end := date.AddDate(0, 0, -days)
			last := end.AddDate(0, 0, -1)
			ended := snapshot.WindowOf(interval, last).End.Equal(end)
			if ended && days > 0 && l[interval].Last >= last.Format(time.DateOnly) {
				found = append(found, settling{interval, last})
			}
		}
	}
	return found
}

// buildSettlingEntry returns the entry that reads what changes late in a longer period: what daily runs read again too.
// What was read and paid for when the period had just ended does not count, in a run that resumes either.
func (j job) buildSettlingEntry(s settling, a account) Entry {
	template, request := j.template, Request{}
	template.Interval, template.Resume = s.interval, false
	for _, source := range catalog.Sources {
		if source.CoversManyDays {
			request.Services = append(request.Services, source.Name)
		}
	}
	entry := j.buildEntry(template, request, a, s.date, 0, j.present)
	entry.StagedAfter = snapshot.WindowOf(s.interval, s.date).End.AddDate(0, 0, j.Settings.countSettleDays())
	return entry
}

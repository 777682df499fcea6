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
// filters count.
type taken struct {
	Run    string    `json:"run"`    // the newest one
	Time   time.Time `json:"time"`   // the end of what it could take: its scheduled time, or its start
	Before string    `json:"before"` // the last date that earlier runs had taken; "" if none
	Last   string    `json:"last"`
}

// ledger has what was taken, by interval.
type ledger map[snapshot.Interval]taken

// ledgers has the ledger of the organization, "", and those of lists of accounts, by [findScope]. One object has them all,
// so that daily runs renew what longer intervals took: staged objects expire after 30 days.
type ledgers map[string]ledger

func (h Handler) readLedgers(ctx context.Context) (ledgers, error) {
	known := ledgers{}
	if err := h.Staging.GetJSON(ctx, snapshot.TakenKey, &known); err != nil && !object.IsMissing(err) {
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

// record adds the dates of a run.
func (l ledger) record(interval snapshot.Interval, run string, before time.Time, dates []time.Time) {
	known := l[interval]
	last := dates[len(dates)-1].Format(time.DateOnly)
	switch {
	case last < known.Last: // an old start was repeated
	case known.Run == run, known.Time.Equal(before):
		l[interval] = taken{Run: run, Time: before, Before: known.Before, Last: last}
	default:
		l[interval] = taken{Run: run, Time: before, Before: known.Last, Last: last}
	}
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
func (j job) buildSettlingEntry(s settling, a account) Entry {
	template, request := j.template, Request{}
	template.Interval = s.interval
	for _, source := range catalog.Sources {
		if source.CoversManyDays {
			request.Services = append(request.Services, source.Name)
		}
	}
	return j.buildEntry(template, request, a, s.date, 0, j.present)
}

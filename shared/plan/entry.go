package plan

import (
	"slices"
	"time"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/snapshot"
)

// Entry is one element of the list: one account and date, the input of a child execution.
type Entry struct {
	Request collect.Input `json:"request"` // without region
	// HomeRegion is the region of the account function's input.
	HomeRegion string   `json:"home_region"`
	Account    string   `json:"account_function"`
	Regions    []Region `json:"regions"`
	// RegionsAtOnce and ServicesAtOnce limit the parallel work for one account; 0 leaves the limit to Step Functions.
	RegionsAtOnce  int `json:"regions_at_once"`
	ServicesAtOnce int `json:"services_at_once"`
	// StagedAfter is when what is staged was read at the earliest, to count for a run that resumes.
	StagedAfter time.Time `json:"-"`
}

// Region is one region of an entry and the sources to collect in it.
type Region struct {
	Region  string          `json:"region"`
	Home    bool            `json:"home"`
	Sources []PlannedSource `json:"services"`
}

// PlannedSource is a source and the collector function to invoke for it.
type PlannedSource struct {
	SourceName string `json:"service"`
	Function   string `json:"function"`
}

// daysPerRead is the number of days of a backfill that a source that covers many days reads at once: a month of costs by
// service is one or two pages.
const daysPerRead = 31

// readWithLater means that sources that cover many days read this date together with a later one.
const readWithLater = -1

// countEarlierDays returns the number of earlier days that sources that cover many days read together with the run's i-th
// date. Of many dates, the last of each 31 reads them all; a daily run of the present reads the trailing days at least,
// whose costs may have changed (D19).
func (j job) countEarlierDays(i int) int {
	fromLast := len(j.dates) - 1 - i
	switch {
	case j.template.Interval != snapshot.Daily:
		return 0
	case fromLast%daysPerRead != 0:
		return readWithLater
	case fromLast == 0 && !isPast(snapshot.WindowOf(snapshot.Daily, j.dates[i]), j.present):
		return max(min(i, daysPerRead-1), j.Settings.countTrailingDays()-1)
	default:
		return min(i, daysPerRead-1)
	}
}

// isPast reports whether the window ended before yesterday ended.
func isPast(window snapshot.Window, now time.Time) bool {
	return !window.End.After(now.Truncate(24*time.Hour).AddDate(0, 0, -1))
}

// buildEntry returns the entry of an account and date, with the regions that have sources to collect.
func (h Handler) buildEntry(template collect.Input, request Request, a account, date time.Time, earlierDays int, present time.Time) Entry {
	r := template
	r.Account, r.Role, r.Tenancy, r.Covered = a.id, h.Settings.buildRole(a.id), a.tenancy, a.regions
	r.Membership = a.membership
	r.Window = snapshot.WindowOf(r.Interval, date)
	r.Date = r.Window.NameDate(r.Interval).Format(time.DateOnly)
	r.History = isPast(r.Window, present)
	home := h.Settings.chooseHomeRegion(a.regions)
	planned := Entry{HomeRegion: home, Account: h.Settings.Functions["account"], Regions: []Region{}}
	for _, region := range a.regions {
		if len(request.Regions) > 0 && !slices.Contains(request.Regions, region) {
			continue
		}
		services := h.planSources(request.Services, r.Interval, region, region == home, r.History, earlierDays)
		if len(services) > 0 || request.includesSource("account") {
			planned.Regions = append(planned.Regions, Region{Region: region, Home: region == home, Sources: services})
		}
	}
	if r.Interval == snapshot.Daily && !(request.hasDates() && r.History) {
		r.SettledDays = max(1, h.Settings.countTrailingDays()-1) // each day once, with the requests of one
	}
	planned.Request = r
	if planned.coversManyDays() {
		planned.Request.EarlierDays = earlierDays
	}
	return planned
}

// planSources returns the sources to collect in one region: those that are offered there, account-wide ones only in the
// home region, and for a past date only those with dated data (D12, D25). No names means all sources.
func (h Handler) planSources(names []string, interval snapshot.Interval, region string, home, history bool, earlierDays int) []PlannedSource {
	planned := []PlannedSource{}
	for _, source := range catalog.Sources {
		function, deployed := h.Settings.Functions[source.Name]
		switch {
		case !deployed, source.Placement == catalog.Account:
		case len(names) > 0 && !slices.Contains(names, source.Name):
		case source.Placement == catalog.Home && !home:
		case history && !source.Dated, source.DailyOnly && interval != snapshot.Daily:
		case source.CoversManyDays && earlierDays == readWithLater:
		case !source.IsOfferedIn(region):
		default:
			planned = append(planned, PlannedSource{SourceName: source.Name, Function: function})
		}
	}
	return planned
}

// coversManyDays reports whether the entry has a source that covers many days.
func (s Entry) coversManyDays() bool {
	return slices.ContainsFunc(s.Regions, func(r Region) bool {
		return slices.ContainsFunc(r.Sources, func(planned PlannedSource) bool {
			source, _ := catalog.FindByName(planned.SourceName)
			return source.CoversManyDays
		})
	})
}

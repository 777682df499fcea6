package plan

import (
	"cmp"
	"slices"
	"time"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/snapshot"
)

// Entry is one element of the list: one account and date, a child execution.
type Entry struct {
	Request collect.Input `json:"request"` // without region
	// HomeRegion is where the account function runs.
	HomeRegion string   `json:"home_region"`
	Account    string   `json:"account_function"`
	Regions    []Region `json:"regions"`
	// RegionsAtOnce and ServicesAtOnce bound the work for one account; 0 leaves the limit to Step Functions.
	RegionsAtOnce  int `json:"regions_at_once"`
	ServicesAtOnce int `json:"services_at_once"`
}

// Region is one region of a snapshot and the services to collect in it.
type Region struct {
	Region  string          `json:"region"`
	Home    bool            `json:"home"`
	Sources []PlannedSource `json:"services"`
}

// PlannedSource is one collector function to invoke.
type PlannedSource struct {
	Source   string `json:"service"`
	Function string `json:"function"`
}

// daysPerRead is how many days of a backfill a source that spans days reads at once: a month of costs by service is one or
// two pages.
const daysPerRead = 31

// readWithLater: the sources that span days read this date with a later one.
const readWithLater = -1

// countEarlierDays is how many earlier days the sources that span days read together with the run's i-th date. In a backfill the
// last date of each month's worth of days stands for them all; in a daily run of the present it is what costs need to
// settle (D19).
func (j job) countEarlierDays(i int) int {
	switch {
	case bool(j.request.History) && (len(j.dates)-1-i)%daysPerRead == 0:
		return min(i, daysPerRead-1)
	case bool(j.request.History):
		return readWithLater
	case j.template.Interval == snapshot.Daily && !j.isPast(j.dates[i]):
		return cmp.Or(j.Settings.TrailingDays, DefaultTrailingDays) - 1
	default:
		return 0
	}
}

// isPast reports whether the present state cannot stand for the date.
func (j job) isPast(date time.Time) bool {
	return isPast(snapshot.WindowOf(j.template.Interval, date), j.started)
}

// isPast: a window that ended before yesterday did.
func isPast(window snapshot.Window, now time.Time) bool {
	return !window.End.After(now.Truncate(24*time.Hour).AddDate(0, 0, -1))
}

func (h Handler) buildEntry(template collect.Input, request Request, a account, date time.Time, span int, started time.Time) Entry {
	r := template
	r.Account, r.Role, r.Tenancy = a.id, h.Settings.buildRole(a.id), a.tenancy
	r.Window = snapshot.WindowOf(r.Interval, date)
	r.Date = r.Window.NameDate(r.Interval).Format(time.DateOnly)
	r.History = isPast(r.Window, started)
	home := h.Settings.chooseHomeRegion(a.regions)
	planned := Entry{
		HomeRegion: home, Account: h.Settings.Functions["account"], Regions: []Region{},
		RegionsAtOnce: h.Settings.RegionsAtOnce, ServicesAtOnce: h.Settings.ServicesAtOnce,
	}
	for _, region := range a.regions {
		if len(request.Regions) > 0 && !slices.Contains(request.Regions, region) {
			continue
		}
		services := h.planSources(request.Services, region, region == home, r.History, span)
		if len(services) > 0 || request.includesSource("account") {
			planned.Regions = append(planned.Regions, Region{Region: region, Home: region == home, Sources: services})
		}
	}
	planned.Request = r
	if planned.coversManyDays() {
		planned.Request.EarlierDays = span
	}
	return planned
}

// planSources are the sources to collect in one region: those that exist there, the account-wide ones at home only, and
// for a past date only those that can answer for it (D12, D25).
func (h Handler) planSources(narrow []string, region string, home, history bool, span int) []PlannedSource {
	services := []PlannedSource{}
	for _, source := range catalog.Sources {
		function, deployed := h.Settings.Functions[source.Name]
		switch {
		case !deployed, source.Placement == catalog.Account:
		case len(narrow) > 0 && !slices.Contains(narrow, source.Name):
		case source.Placement == catalog.Home && !home:
		case history && !source.Dated:
		case source.CoversManyDays && span == readWithLater:
		case !source.OfferedIn(region):
		default:
			services = append(services, PlannedSource{Source: source.Name, Function: function})
		}
	}
	return services
}

// coversManyDays reports whether a source that spans days is among the services.
func (s Entry) coversManyDays() bool {
	return slices.ContainsFunc(s.Regions, func(r Region) bool {
		return slices.ContainsFunc(r.Sources, func(planned PlannedSource) bool {
			source, _ := catalog.FindByName(planned.Source)
			return source.CoversManyDays
		})
	})
}

package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Request is the input of a collect execution; every field is optional. The standard event of a schedule has the time,
// and requests the daily run.
type Request struct {
	Interval string `json:"interval"` // default DAILY
	// Date is the run date, 2026-03-11 or 11-3-2026: for DAILY the day after the one that is described, for the others any
	// day of the period. Default: the last complete period, and those before it that no run without a date has taken.
	Date string `json:"date"`
	// Time is the scheduled time, after which no period counts as complete; default the start of the run.
	Time *time.Time `json:"time"`
	// History requests a daily snapshot of each date from Start to End, both inclusive. true, 1 and "true" mean yes.
	History  Flag     `json:"history"`
	Start    string   `json:"start"`    // default 1 January of End's year
	End      string   `json:"end"`      // default today
	Accounts []string `json:"accounts"` // filters; default all that the deployment covers
	Regions  []string `json:"regions"`
	Services []string `json:"services"` // source names, or sections that their sources fill
	// ConfigMode is delta, for evaluations recorded in the window, or all.
	ConfigMode string `json:"config_mode"`
	// Resume collects only what is missing or failed for the date.
	Resume Flag `json:"resume"`
	// DryRun estimates the run and collects nothing.
	DryRun Flag `json:"dry_run"`
}

// Flag is a boolean that the schedules of the Python version wrote in several ways.
type Flag bool

// UnmarshalJSON accepts booleans, 0 and 1, and the texts true and false in any case (D27).
func (f *Flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "true", "1":
		*f = true
	case "false", "0", "null", "":
		*f = false
	default:
		return fmt.Errorf("%s: use true or false", data)
	}
	return nil
}

// includesSource reports whether the source is requested.
func (r Request) includesSource(name string) bool {
	return len(r.Services) == 0 || slices.Contains(r.Services, name)
}

// maxDates bounds a backfill, so that a typo in a year does not start a run of decades (D28).
const maxDates = 3 * 366

// isNarrowed reports whether the request is for some accounts, regions or sources only.
func (r Request) isNarrowed() bool { return len(r.Accounts)+len(r.Regions)+len(r.Services) > 0 }

// hasDates reports whether the request says for which dates it is.
func (r Request) hasDates() bool { return bool(r.History) || r.Date != "" }

// findTime returns the time before which periods are complete for a run.
func (r Request) findTime(started time.Time) (time.Time, error) {
	switch {
	case r.Time == nil:
		return started.UTC(), nil
	case r.Time.After(started.Add(clockTolerance)):
		return time.Time{}, fault.New(outcome.Invalid, "time %s is after the start of the run, %s: nothing is dated in the future",
			r.Time.Format(time.RFC3339), started.Format(time.RFC3339))
	default:
		return r.Time.UTC(), nil
	}
}

// clockTolerance is how much the clocks of two services may differ.
const clockTolerance = time.Minute

// listDates returns the dates that the request names, oldest first.
func (r Request) listDates(now time.Time) ([]time.Time, error) {
	today := now.UTC().Truncate(24 * time.Hour)
	if !r.History {
		date, err := parseDate("date", r.Date, today, today)
		return []time.Time{date}, err
	}
	end, err := parseDate("end", r.End, today, today)
	if err != nil {
		return nil, err
	}
	start, err := parseDate("start", r.Start, time.Date(end.Year(), 1, 1, 0, 0, 0, 0, time.UTC), today)
	if err != nil {
		return nil, err
	}
	if start.After(end) {
		return nil, fault.New(outcome.Invalid, "start %s is after end %s", start.Format(time.DateOnly), end.Format(time.DateOnly))
	}
	if days := int(end.Sub(start).Hours()/24) + 1; days > maxDates {
		return nil, fault.New(outcome.Invalid, "%s to %s are %d days, but one execution covers at most %d: split the range",
			start.Format(time.DateOnly), end.Format(time.DateOnly), days, maxDates)
	}
	var dates []time.Time
	for date := start; !date.After(end); date = date.AddDate(0, 0, 1) {
		dates = append(dates, date)
	}
	return dates, nil
}

// parseInterval returns the request's interval, DAILY by default. It rejects a backfill that is not daily.
func (r Request) parseInterval() (snapshot.Interval, error) {
	if r.Interval == "" {
		return snapshot.Daily, nil
	}
	interval, err := snapshot.ParseInterval(r.Interval)
	if err != nil {
		return "", fault.New(outcome.Invalid, "%w", err)
	}
	if r.History && interval != snapshot.Daily {
		return "", fault.New(outcome.Invalid, "a backfill is DAILY: leave interval %s out", interval)
	}
	return interval, nil
}

// wantsAllResources reports whether config_mode is all.
func (r Request) wantsAllResources() (bool, error) {
	switch r.ConfigMode {
	case "", "delta":
		return false, nil
	case "all":
		return true, nil
	default:
		return false, fault.New(outcome.Invalid, "config_mode %q: use delta or all", r.ConfigMode)
	}
}

// validate rejects malformed accounts and regions.
func (r Request) validate() error {
	for _, account := range r.Accounts {
		if _, err := snapshot.ParseAccount(account); err != nil {
			return fault.New(outcome.Invalid, "%w", err)
		}
	}
	for _, region := range r.Regions {
		if _, err := snapshot.ParseRegion(region); err != nil {
			return fault.New(outcome.Invalid, "%w", err)
		}
	}
	return nil
}

// findSources returns the names of the sources that names, or sections, refer to, without duplicates.
func findSources(names []string) ([]string, error) {
	var found []string
	for _, name := range names {
		source, known := catalog.FindByNameOrSection(name)
		if !known {
			return nil, fault.New(outcome.Invalid, "service %q is unknown: use one of %s", name, strings.Join(catalog.Names(), ", "))
		}
		if !slices.Contains(found, source.Name) {
			found = append(found, source.Name)
		}
	}
	return found, nil
}

// parseDate accepts ISO dates and day-month-year, with or without leading zeros (D28), up to today. It returns absent for
// no text.
func parseDate(field, text string, absent, today time.Time) (time.Time, error) {
	if text == "" {
		return absent, nil
	}
	for _, layout := range []string{time.DateOnly, "2-1-2006"} {
		date, err := time.Parse(layout, text)
		switch {
		case err != nil:
		case date.After(today):
			return time.Time{}, fault.New(outcome.Invalid, "%s %s is after today, %s (UTC): nothing is dated in the future",
				field, date.Format(time.DateOnly), today.Format(time.DateOnly))
		default:
			return date, nil
		}
	}
	return time.Time{}, fault.New(outcome.Invalid, "%s %q is not a date: write 2026-03-11 or 11-3-2026", field, text)
}

// CheckRequest returns why the plan would refuse an execution's input at a time, as far as this shows without AWS.
func CheckRequest(input json.RawMessage, now time.Time) error {
	request, err := parseRequest(input)
	if err != nil {
		return err
	}
	if _, err = request.parseInterval(); err != nil {
		return err
	}
	if _, err = request.wantsAllResources(); err != nil {
		return err
	}
	if _, err = request.findTime(now); err != nil {
		return err
	}
	_, err = request.listDates(now)
	return err
}

// parseRequest returns the execution's input, validated. It ignores members that are not part of a request, such as those
// of a schedule's event.
func parseRequest(input json.RawMessage) (Request, error) {
	var request Request
	if err := json.Unmarshal(input, &request); err != nil {
		return Request{}, fault.New(outcome.Invalid, "reading the execution's input: %w", err)
	}
	var err error
	if request.Services, err = findSources(request.Services); err != nil {
		return Request{}, err
	}
	return request, request.validate()
}

package snapshot

import (
	"fmt"
	"time"
)

// Interval is the length of the period that a snapshot describes, as written in object keys.
type Interval string

// The intervals, in the spelling of object keys and of cost.period.granularity.
const (
	Daily   Interval = "DAILY"
	Weekly  Interval = "WEEKLY"
	Monthly Interval = "MONTHLY"
	Yearly  Interval = "YEARLY"
)

// ParseInterval returns the interval with that name in upper case.
func ParseInterval(text string) (Interval, error) {
	switch interval := Interval(text); interval {
	case Daily, Weekly, Monthly, Yearly:
		return interval, nil
	default:
		return "", fmt.Errorf("interval %q: use DAILY, WEEKLY, MONTHLY or YEARLY", text)
	}
}

// Window is the period [Start, End) in UTC that a snapshot's dated sections describe.
type Window struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Contains reports whether t is in the window: not before Start and before End (D21).
func (w Window) Contains(t time.Time) bool { return !t.Before(w.Start) && t.Before(w.End) }

// Days returns the number of days in the window.
func (w Window) Days() int { return int(w.End.Sub(w.Start).Hours() / 24) }

// StartDate returns the window's first day, YYYY-MM-DD.
func (w Window) StartDate() string { return w.Start.Format(time.DateOnly) }

// EndDate returns the exclusive end, YYYY-MM-DD.
func (w Window) EndDate() string { return w.End.Format(time.DateOnly) }

// WindowOf returns the window of a snapshot with the given run date: for DAILY the day before the date, for the others
// the calendar week (from Monday), month or year that holds it, with an exclusive end (D5).
func WindowOf(interval Interval, date time.Time) Window {
	day := startOfDay(date)
	switch interval {
	case Weekly:
		monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		return Window{monday, monday.AddDate(0, 0, 7)}
	case Monthly:
		first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		return Window{first, first.AddDate(0, 1, 0)}
	case Yearly:
		first := time.Date(day.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return Window{first, first.AddDate(1, 0, 0)}
	default:
		return Window{day.AddDate(0, 0, -1), day}
	}
}

// LastComplete returns the last period of an interval that ended before a time, or at it.
func LastComplete(interval Interval, before time.Time) Window {
	if w := WindowOf(interval, before); !w.End.After(before) {
		return w
	}
	return WindowOf(interval, before).Previous(interval)
}

// Next returns the calendar period after w.
func (w Window) Next(interval Interval) Window {
	if interval == Daily {
		return WindowOf(Daily, w.End.AddDate(0, 0, 1))
	}
	return WindowOf(interval, w.End)
}

// Previous returns the calendar period before w (D5): the previous day, week, month or year.
func (w Window) Previous(interval Interval) Window {
	return WindowOf(interval, w.previousDate(interval))
}

func (w Window) previousDate(interval Interval) time.Time {
	if interval == Daily {
		return w.Start
	}
	return w.Start.AddDate(0, 0, -1)
}

// NameDate returns the date in a snapshot's object key: the run date for DAILY (the window's exclusive end), else the
// period's last day.
func (w Window) NameDate(interval Interval) time.Time {
	if interval == Daily {
		return w.End
	}
	return w.End.AddDate(0, 0, -1)
}

func startOfDay(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

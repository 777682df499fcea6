package page

import (
	"slices"
	"time"

	"view360/shared/collect"
)

// outcome is how a source ended in the newest run of an account and region, as the coverage shows it.
type outcome struct {
	Account, Name, Region, Service string
	Status                         collect.Status
	Reason                         string
	RunAt                          time.Time
	SuccessAt                      *time.Time // nil: never
}

// badness orders the statuses: what most needs somebody comes first.
var badness = []collect.Status{
	collect.Failed, collect.Denied, collect.Warned, collect.NotEnabled, collect.NotSubscribed, collect.NotAvailable,
	collect.Passed, collect.Skipped,
}

func worse(a, b outcome) int {
	return slices.Index(badness, a.Status) - slices.Index(badness, b.Status)
}

// Word is the status in the space of a cell.
func (o outcome) Word() string {
	switch o.Status {
	case collect.Passed:
		return "ok"
	case collect.Warned:
		return "partly"
	case collect.NotEnabled:
		return "off"
	case collect.NotSubscribed:
		return "no plan"
	case collect.NotAvailable:
		return "n/a"
	default:
		return string(o.Status)
	}
}

// Class is the colour of the status.
func (o outcome) Class() string {
	switch {
	case o.Status.Failure():
		return "bad"
	case o.Status == collect.Warned:
		return "warn"
	case o.Status == collect.Passed:
		return "good"
	default:
		return "idle"
	}
}

// Remedy is what to do about it.
func (o outcome) Remedy() string {
	switch o.Status {
	case collect.Denied:
		return "Allow the action that the reason names to the role that View360 assumes in this account (a service control policy can deny it too), then run again."
	case collect.Failed:
		return "Run again: it may have passed. If it fails again, the execution shows the whole error."
	case collect.Warned:
		return "Some items were left out: the reason says which. What was read is published. Mend the cause and run again."
	case collect.NotEnabled:
		return "Nothing is wrong with the collection. Enable the service in this region if you want to see it here."
	case collect.NotSubscribed:
		return "Nothing is wrong with the collection. The account's support plan does not include this."
	default:
		return ""
	}
}

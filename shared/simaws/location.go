package simaws

import (
	"reflect"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

// location is one account in one region at one moment, which generated items depend on.
type location struct {
	*Organization
	account *Account
	region  string
	now     time.Time
}

// inRegion returns the same account and moment in another region.
func (l *location) inRegion(region string) *location {
	other := *l
	other.region = region
	return &other
}

// findItems returns the items of one kind that exist at l: those that a test has set, or generated ones.
func findItems[T any](l *location, generate func(*location) []T) []T {
	if items, ok := findSetItems[T](l); ok {
		return items
	}
	return generate(l)
}

// findSetItems returns the items that a test has set.
func findSetItems[T any](l *location) ([]T, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	sets := l.sets[reflect.TypeFor[T]()]
	for i := len(sets) - 1; i >= 0; i-- {
		if sets[i].covers(l.account.ID, l.region) {
			items, ok := sets[i].items.([]T)
			return items, ok
		}
	}
	return nil, false
}

// newARN returns the ARN of a resource of the account and region.
func (l *location) newARN(service, resource string) string {
	return "arn:aws:" + service + ":" + l.region + ":" + l.account.ID + ":" + resource
}

// shortName returns the account's name up to its first dash, which names of resources start with.
func (l *location) shortName() string {
	name, _, _ := strings.Cut(l.account.Name, "-")
	return name
}

// newChance returns the chance of the item that parts name, in the account and region.
func (l *location) newChance(parts ...any) chance {
	return l.Organization.newChance(append([]any{l.account.ID, l.region}, parts...)...)
}

// drawCount scales the usual number of items by the account's size and the organization's volume, give or take a
// fifth. It is at least 1.
func (l *location) drawCount(kind string, usual int) int {
	vary := 0.8 + 0.4*l.newChance("count", kind).Float64()
	return max(1, int(float64(usual)*l.account.sizeShare()*l.regionShare()*l.options.Volume*vary))
}

// regionShare returns 1 in the account's first region and less in the others.
func (l *location) regionShare() float64 {
	if l.region == l.account.Regions[0] {
		return 1
	}
	return 0.5
}

const days = 24 * time.Hour

// startOfYear returns the latest moment at which lasting items were made: they stay as they are while the clock moves.
func (l *location) startOfYear() time.Time {
	return time.Date(l.now.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
}

// nextInCycle returns the next moment of a cycle of so many days whose position is drawn from r.
func (l *location) nextInCycle(r chance, cycle int) time.Time {
	t := billEpoch.AddDate(0, 0, r.IntN(cycle))
	length := time.Duration(cycle) * days
	return t.Add(length * (l.now.Sub(t)/length + 1))
}

// lastInCycle returns the last moment before now of a cycle of so many days whose position is drawn from r.
func (l *location) lastInCycle(r chance, cycle int) time.Time {
	t := billEpoch.Add(-time.Duration(r.IntN(cycle*24*60)) * time.Minute)
	length := time.Duration(cycle) * days
	t = t.Add(length * (l.now.Sub(t) / length))
	if t.After(l.now) {
		return t.Add(-length)
	}
	return t
}

func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// newTime returns the optional form of a Time.
func newTime(t time.Time) *Time { return &Time{Time: t} }

func formatISO(t time.Time) string { return wire.FormatISO(t) }

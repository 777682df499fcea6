package simaws

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// chance draws the values of one generated thing: the same thing gets the same values in any order of calls.
type chance struct{ *rand.Rand }

// draw returns the chance of the thing that parts name, in any account and region.
func (o *Organization) draw(parts ...any) chance {
	h := fnv.New128a()
	fmt.Fprint(h, o.options.Seed)
	for _, part := range parts {
		fmt.Fprint(h, "\x00", part)
	}
	sum := h.Sum(nil)
	var high, low uint64
	for i := range 8 {
		high, low = high<<8|uint64(sum[i]), low<<8|uint64(sum[i+8])
	}
	return chance{rand.New(rand.NewPCG(high, low))}
}

// draw returns the chance of the thing that parts name, in the call's account and region.
func (c *call) draw(parts ...any) chance {
	return c.Organization.draw(append([]any{c.account.ID, c.region}, parts...)...)
}

// count scales the usual number of things by the account's size and the organisation's volume, give or take a fifth.
// At least one is left.
func (c *call) count(kind string, usual int) int {
	vary := 0.8 + 0.4*c.draw("count", kind).Float64()
	return max(1, int(float64(usual)*c.account.size()*c.regionShare()*c.options.Volume*vary))
}

// regionShare is smaller in the regions that are not the account's first.
func (c *call) regionShare() float64 {
	if c.region == c.account.Regions[0] {
		return 1
	}
	return 0.5
}

func pick[T any](r chance, from ...T) T { return from[r.IntN(len(from))] }

// oneIn is true once in n draws.
func (r chance) oneIn(n int) bool { return r.IntN(n) == 0 }

// between includes both ends.
func (r chance) between(low, high int) int { return low + r.IntN(high-low+1) }

// within is a moment between the two.
func (r chance) within(from, to time.Time) time.Time {
	if span := to.Sub(from); span > 0 {
		return from.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Second)
	}
	return from
}

// hex is n hexadecimal digits.
func (r chance) hex(n int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, n)
	for i := range out {
		out[i] = digits[r.IntN(16)]
	}
	return string(out)
}

func (r chance) uuid() string {
	return r.hex(8) + "-" + r.hex(4) + "-4" + r.hex(3) + "-a" + r.hex(3) + "-" + r.hex(12)
}

// ip is a private address.
func (r chance) ip() string {
	return fmt.Sprintf("10.%d.%d.%d", r.between(0, 40), r.between(0, 255), r.between(4, 250))
}

func (c *call) requestID() string { return c.draw("request", c.operation.name).uuid() }

// accountID is the id of the i-th generated account.
func accountID(i int) string {
	return fmt.Sprintf("9%011d", (int64(i)*7_368_787_213+41)%100_000_000_000)
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

const days = 24 * time.Hour

// newYear is the latest moment at which lasting things were made: they stay as they are while the clock moves.
func (c *call) newYear() time.Time {
	return time.Date(c.now.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
}

// upcoming is the next moment of a cycle of so many days whose position is drawn from r.
func (c *call) upcoming(r chance, cycle int) time.Time {
	t := billEpoch.AddDate(0, 0, r.IntN(cycle))
	length := time.Duration(cycle) * days
	return t.Add(length * (c.now.Sub(t)/length + 1))
}

// lately is the last moment before now of a cycle of so many days whose position is drawn from r.
func (c *call) lately(r chance, cycle int) time.Time {
	t := billEpoch.Add(-time.Duration(r.IntN(cycle*24*60)) * time.Minute)
	length := time.Duration(cycle) * days
	t = t.Add(length * (c.now.Sub(t) / length))
	if t.After(c.now) {
		return t.Add(-length)
	}
	return t
}

func upper(s string) string { return strings.ToUpper(s) }

// shortName is the account's name up to its first dash, which names of resources start with.
func (c *call) shortName() string {
	name, _, _ := strings.Cut(c.account.Name, "-")
	return name
}

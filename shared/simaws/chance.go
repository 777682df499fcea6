package simaws

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// chance draws the values of one generated item: the same item gets the same values in any order of calls.
type chance struct{ *rand.Rand }

// newChance returns the chance of the item that parts name, in any account and region.
func (o *Organization) newChance(parts ...any) chance {
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

func pickOne[T any](r chance, from ...T) T { return from[r.IntN(len(from))] }

// oneIn reports true once in n draws.
func (r chance) oneIn(n int) bool { return r.IntN(n) == 0 }

// intBetween returns a number from low to high, both included.
func (r chance) intBetween(low, high int) int { return low + r.IntN(high-low+1) }

// timeWithin returns a moment between the two.
func (r chance) timeWithin(from, to time.Time) time.Time {
	if length := to.Sub(from); length > 0 {
		return from.Add(time.Duration(r.Int64N(int64(length)))).Truncate(time.Second)
	}
	return from
}

// hexDigits returns n hexadecimal digits.
func (r chance) hexDigits(n int) string {
	const digits = "0123456789abcdef"
	out := make([]byte, n)
	for i := range out {
		out[i] = digits[r.IntN(16)]
	}
	return string(out)
}

func (r chance) newUUID() string {
	return r.hexDigits(8) + "-" + r.hexDigits(4) + "-4" + r.hexDigits(3) + "-a" + r.hexDigits(3) + "-" + r.hexDigits(12)
}

// newIP returns a private address.
func (r chance) newIP() string {
	return fmt.Sprintf("10.%d.%d.%d", r.intBetween(0, 40), r.intBetween(0, 255), r.intBetween(4, 250))
}

// newAccountID returns the id of the i-th generated account.
func newAccountID(i int) string {
	return fmt.Sprintf("9%011d", (int64(i)*7_368_787_213+41)%100_000_000_000)
}

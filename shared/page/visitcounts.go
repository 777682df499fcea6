package page

import (
	"fmt"

	"view360/shared/asl"
)

// visitCounts is the number of visits of one state, by status.
type visitCounts struct{ succeeded, failed, running int }

// countVisits returns the counts of each state by its name.
func countVisits(visits []*visit) map[string]visitCounts {
	counts := map[string]visitCounts{}
	for _, v := range visits {
		c := counts[v.State]
		switch v.Status() {
		case asl.Failed:
			c.failed++
		case asl.Running:
			c.running++
		default:
			c.succeeded++
		}
		counts[v.State] = c
	}
	return counts
}

func (c visitCounts) cssClass() string {
	switch {
	case c.running > 0:
		return "run"
	case c.failed > 0:
		return "bad"
	case c.succeeded > 0:
		return "good"
	default:
		return "idle"
	}
}

// text returns the counts as text, "" for a single visit.
func (c visitCounts) text() string {
	total := c.succeeded + c.failed + c.running
	switch {
	case total > 1 && c.failed > 0:
		return fmt.Sprintf("%s of %s failed", formatCount(int64(c.failed)), formatCount(int64(total)))
	case total > 1:
		return fmt.Sprintf("× %s", formatCount(int64(total)))
	default:
		return ""
	}
}

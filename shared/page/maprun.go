package page

import (
	"slices"

	"view360/shared/asl"
)

// mapRun is a run of a distributed map: its numbers, and the children that need a look.
type mapRun struct {
	asl.MapRun
	Succeeded, Failed, Running int
	Rows                       []executionRow
}

// newMapRun lists the first children, failed and running ones before the others, and returns what they visited.
func (p *page) newMapRun(run asl.MapRun) (m mapRun, below []*visit) {
	m.MapRun = run
	rank := map[asl.Status]int{asl.Succeeded: 2, asl.Running: 1}
	slices.SortStableFunc(run.Children, func(a, b asl.Child) int { return rank[a.Status] - rank[b.Status] })
	for _, c := range run.Children {
		switch c.Status {
		case asl.Succeeded:
			m.Succeeded++
		case asl.Running:
			m.Running++
		default:
			m.Failed++
		}
		if len(m.Rows) == executionRows {
			continue
		}
		child, known := p.executions.Lookup(c.ARN)
		if !known {
			continue
		}
		row, visits := newExecutionRow(child, p.now()), buildVisits(child.History())
		for _, v := range visits {
			if v.Caught {
				row.CaughtCount++
			}
		}
		m.Rows, below = append(m.Rows, row), append(below, visits...)
	}
	return m, below
}

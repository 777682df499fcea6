package page

import (
	"slices"

	"view360/shared/asl"
)

// mapRun is a run of a distributed map: its counts, and the rows of its first children.
type mapRun struct {
	asl.MapRun
	Succeeded, Failed, Running int
	Rows                       []executionRow
}

// newMapRun lists the first children, failed and running ones before the others, and returns what they visited.
func (p *page) newMapRun(run asl.MapRun) (m mapRun, childVisits []*visit) {
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
		row, visits := p.newExecutionRow(child), buildVisits(child.History())
		for _, v := range visits {
			if v.IsCaught {
				row.CaughtCount++
			}
		}
		m.Rows, childVisits = append(m.Rows, row), append(childVisits, visits...)
	}
	return m, childVisits
}

package page

import (
	"cmp"
	"slices"
	"time"

	"view360/shared/asl"
)

// visitRow is a visit with its place on the timeline.
type visitRow struct {
	*visit
	Left, Width int // in thousandths of the execution's duration
	Duration    string
}

// Class returns the CSS class of the status.
func (v visitRow) Class() string { return statusClass(v.Status()) }

// addVisits adds the page's visits of tasks and maps: failed ones first, then running ones, each by time.
func (e *executionPage) addVisits(visits []*visit, now time.Time) {
	visits = slices.DeleteFunc(visits, func(v *visit) bool { return v.StateType != "Task" && v.StateType != "Map" })
	order := map[asl.Status]int{asl.Failed: 0, asl.Running: 1, asl.Succeeded: 2}
	slices.SortStableFunc(visits, func(a, b *visit) int { return cmp.Compare(order[a.Status()], order[b.Status()]) })
	e.VisitCount = len(visits)
	from, to := e.selectRows(len(visits), executionRows)
	end := e.Stopped
	if end.IsZero() {
		end = now
	}
	for _, v := range visits[from:to] {
		e.Visits = append(e.Visits, newVisitRow(v, e.Started, end))
	}
}

// newVisitRow places a visit between the start and the end of its execution.
func newVisitRow(v *visit, start, end time.Time) visitRow {
	exited := v.Exited
	switch {
	case !exited.IsZero():
	case v.Error != "":
		exited = v.Failed
	default:
		exited = end
	}
	v.Input, v.Output = indentJSON([]byte(v.Input)), indentJSON([]byte(v.Output))
	total := max(end.Sub(start), time.Millisecond)
	return visitRow{
		visit: v, Duration: formatDuration(exited.Sub(v.Entered)),
		Left:  int(v.Entered.Sub(start) * 1000 / total),
		Width: max(int(exited.Sub(v.Entered)*1000/total), 4),
	}
}

package page

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"view360/shared/asl"
)

// executionPage is one execution, or one child of a distributed map.
type executionPage struct {
	frame
	executionRow
	Parent        *asl.Execution // of a child
	Graph         graph
	Input, Output string // indented JSON
	Visits        []visitRow
	VisitCount    int
	MapRuns       []mapRun
	CanRedrive    bool
	NotRedrivable string // why
	Page          int
	More          bool
}

// visitRow is a visit with its place on the time line.
type visitRow struct {
	*visit
	Left, Width int // per mille of the execution's time
	Duration    string
}

// Class is the colour of the visit.
func (v visitRow) Class() string { return statusClass(v.Status()) }

// IsLive reports whether the page may change by itself.
func (e executionPage) IsLive() bool { return e.Status == asl.Running }

// Previous is the number of the page before.
func (e executionPage) Previous() int { return e.Page - 1 }

// Next is the number of the page after.
func (e executionPage) Next() int { return e.Page + 1 }

func (p *page) findExecution(r *http.Request) (*asl.Execution, error) {
	x, known := p.executions.Lookup(r.PathValue("arn"))
	if !known {
		return nil, notFound("There is no such execution.")
	}
	return x, nil
}

func (p *page) showExecution(w http.ResponseWriter, r *http.Request) error {
	x, err := p.findExecution(r)
	if err != nil {
		return err
	}
	show := executionPage{executionRow: newExecutionRow(x, p.now()), Input: indentJSON(x.Input)}
	if show.Page, err = pageNumber(r.URL.Query()); err != nil {
		return err
	}
	show.frame = p.newFrame("executions", x.Name, "")
	if x.Parent != "" {
		show.Parent, _ = p.executions.Lookup(x.Parent)
	}
	show.Output = indentJSON(show.Description.Output)
	status, reason := x.RedriveStatus()
	show.CanRedrive, show.NotRedrivable = status == "REDRIVABLE" && x.Parent == "", reason
	visits := buildVisits(x.History())
	var below []*visit
	for _, run := range x.MapRuns() {
		listed, visits := p.newMapRun(run)
		show.MapRuns, below = append(show.MapRuns, listed), append(below, visits...)
	}
	if show.Graph, err = newGraph(x, visits, below); err != nil {
		return err
	}
	show.fillVisits(visits, p.now())
	return p.templates.write(w, "execution", show)
}

// fillVisits keeps the visits that did something, what failed first, then by time.
func (e *executionPage) fillVisits(visits []*visit, now time.Time) {
	visits = slices.DeleteFunc(visits, func(v *visit) bool { return v.Kind != "Task" && v.Kind != "Map" })
	slices.SortStableFunc(visits, func(a, b *visit) int {
		return cmp.Compare(visitPriority(b), visitPriority(a))
	})
	e.VisitCount = len(visits)
	from := min((e.Page-1)*executionRows, len(visits))
	to := min(from+executionRows, len(visits))
	e.More = to < len(visits)
	end := e.Stopped
	if end.IsZero() {
		end = now
	}
	for _, v := range visits[from:to] {
		e.Visits = append(e.Visits, newVisitRow(v, e.Started, end))
	}
}

func visitPriority(v *visit) int {
	switch v.Status() {
	case asl.Failed:
		return 2
	case asl.Running:
		return 1
	default:
		return 0
	}
}

func newVisitRow(v *visit, begin, end time.Time) visitRow {
	exited := v.Exited
	switch {
	case !exited.IsZero():
	case v.Error != "":
		exited = v.Failed
	default:
		exited = end
	}
	v.Input, v.Output = indentJSON([]byte(v.Input)), indentJSON([]byte(v.Output))
	whole := max(end.Sub(begin), time.Millisecond)
	return visitRow{
		visit: v, Duration: formatDuration(exited.Sub(v.Entered)),
		Left:  int(v.Entered.Sub(begin) * 1000 / whole),
		Width: max(int(exited.Sub(v.Entered)*1000/whole), 4),
	}
}

// redriveExecution continues an execution and shows it.
func (p *page) redriveExecution(w http.ResponseWriter, r *http.Request) error {
	if !p.hasValidToken(r) {
		return &httpError{http.StatusForbidden, "This form is of an earlier page: go back, reload it and try again."}
	}
	x, err := p.findExecution(r)
	if err != nil {
		return err
	}
	if err := p.executions.StartRedrive(r.Context(), x); err != nil {
		if failure := (*asl.Failure)(nil); errors.As(err, &failure) {
			return &httpError{http.StatusConflict, failure.Cause}
		}
		return err
	}
	http.Redirect(w, r, "/executions/"+x.ARN, http.StatusSeeOther)
	return nil
}

// indentJSON writes JSON for people; what is none is left as it is.
func indentJSON(text []byte) string {
	if string(text) == "null" {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return strings.ToValidUTF8(string(text), "�")
	}
	return out.String()
}

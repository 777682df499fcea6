package page

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"view360/shared/asl"
)

// Executions are those that the page shows and changes.
type Executions interface {
	// List returns executions that nothing contains, newest first.
	List() []*asl.Execution
	// Lookup returns an execution, or a child of one, by its ARN.
	Lookup(arn string) (*asl.Execution, bool)
	// StartRedrive continues one that did not succeed, and returns while it runs.
	StartRedrive(ctx context.Context, x *asl.Execution) error
}

// executionRows is how many rows a list of executions or of their parts has.
const executionRows = 50

type executionsPage struct {
	frame
	Machines        []string
	Machine, Status string // what the list is narrowed to
	Rows            []executionRow
	Page            int
	More            bool
}

// executionRow is one execution in a list.
type executionRow struct {
	ARN, Name, Machine, Subject string
	asl.Description
	Now         time.Time
	CaughtCount int // steps that failed although the execution went on
}

func newExecutionRow(x *asl.Execution, now time.Time) executionRow {
	return executionRow{ARN: x.ARN, Name: x.Name, Machine: x.Machine.Name, Subject: parseSubject(string(x.Input)), Description: x.Describe(), Now: now}
}

// Duration is how long the execution has run; a redriven one counts from its redrive.
func (r executionRow) Duration() string {
	from, to := r.Started, r.Stopped
	if !r.Redriven.IsZero() {
		from = r.Redriven
	}
	if to.IsZero() {
		to = r.Now
	}
	return formatDuration(to.Sub(from))
}

// Class is the colour of the status.
func (r executionRow) Class() string { return statusClass(r.Status) }

func statusClass(s asl.Status) string {
	switch s {
	case asl.Succeeded:
		return "good"
	case asl.Running:
		return "run"
	case asl.Aborted:
		return "warn"
	default:
		return "bad"
	}
}

// Reason is the error and how its cause begins.
func (r executionRow) Reason() string {
	return shortenText(strings.Trim(r.Error+": "+strings.Join(r.Causes(), "; "), ": "), 160)
}

// Causes are the lines of the cause. A function's is JSON, with the text in errorMessage.
func (r executionRow) Causes() []string {
	var reported struct{ ErrorMessage string }
	if json.Unmarshal([]byte(r.Cause), &reported) == nil && reported.ErrorMessage != "" {
		return strings.Split(reported.ErrorMessage, "\n")
	}
	return strings.Split(r.Cause, "\n")
}

// PageLink is the address of another page of the list.
func (e executionsPage) PageLink(page int) string {
	return "?" + url.Values{"machine": {e.Machine}, "status": {e.Status}, "page": {strconv.Itoa(page)}}.Encode()
}

// Previous is the number of the page before.
func (e executionsPage) Previous() int { return e.Page - 1 }

// Next is the number of the page after.
func (e executionsPage) Next() int { return e.Page + 1 }

// IsLive reports whether a row may change by itself.
func (e executionsPage) IsLive() bool {
	for _, r := range e.Rows {
		if r.Status == asl.Running {
			return true
		}
	}
	return false
}

// Statuses are what the list can be narrowed to.
func (e executionsPage) Statuses() []asl.Status {
	return []asl.Status{asl.Running, asl.Succeeded, asl.Failed, asl.TimedOut, asl.Aborted}
}

func (p *page) showExecutions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	show := executionsPage{
		frame:    p.newFrame("executions", "Executions", "Every run of the state machines, newest first."),
		Machines: []string{"collect", "load"}, Machine: q.Get("machine"), Status: q.Get("status"),
	}
	var err error
	if show.Page, err = pageNumber(q); err != nil {
		return err
	}
	skip := (show.Page - 1) * executionRows
	for _, x := range p.executions.List() {
		if show.Machine != "" && x.Machine.Name != show.Machine {
			continue
		}
		row := newExecutionRow(x, p.now())
		if show.Status != "" && string(row.Status) != show.Status {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if show.More = len(show.Rows) == executionRows; show.More {
			break
		}
		show.Rows = append(show.Rows, row)
	}
	return p.templates.write(w, "executions", show)
}

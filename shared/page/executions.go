package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"view360/shared/asl"
)

// Executions lists and redrives the executions of the state machines.
type Executions interface {
	// List returns the executions without a parent, newest first.
	List() []*asl.Execution
	// Lookup returns an execution, or a child of one, by its ARN.
	Lookup(arn string) (*asl.Execution, bool)
	// StartRedrive redrives a failed execution and returns without waiting for its end.
	StartRedrive(ctx context.Context, x *asl.Execution) error
}

// executionRows is the number of rows of a list of executions or steps.
const executionRows = 50

type executionsPage struct {
	frame
	pager
	Machines        []string
	Machine, Status string // of the filter; empty: all
	Account         string // named in the input or the cause of the executions; empty: all
	Date            string // UTC day of the start, such as 2026-03-11; empty: all
	Rows            []executionRow
}

func (p *page) showExecutions(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	show := executionsPage{
		frame:    p.newFrame("executions", "Executions", "Executions of the state machines, newest first."),
		Machines: []string{"collect", "load"}, Machine: q.Get("machine"), Status: q.Get("status"),
		Account: strings.TrimSpace(q.Get("account")), Date: q.Get("date"),
	}
	if _, err := time.Parse(time.DateOnly, show.Date); show.Date != "" && err != nil {
		return badRequest("%q is not a date, such as 2026-03-11.", show.Date)
	}
	var err error
	if show.pager, err = parsePager(q, maxPage); err != nil {
		return err
	}
	show.addRows(p.executions.List(), p.newExecutionRow)
	return p.templates.write(w, "executions", show)
}

// addRows adds the page's rows. It stops at the first row of the next page, because each row is read from the store.
func (e *executionsPage) addRows(all []*asl.Execution, newRow func(*asl.Execution) executionRow) {
	skip := (e.Page - 1) * executionRows
	for _, x := range all {
		if e.Machine != "" && x.Machine.Name != e.Machine {
			continue
		}
		row := newRow(x)
		if !e.matches(x, row) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if e.HasMore = len(e.Rows) == executionRows; e.HasMore {
			return
		}
		e.Rows = append(e.Rows, row)
	}
}

// matches reports whether an execution has the status, the date and the account of the filter.
func (e *executionsPage) matches(x *asl.Execution, row executionRow) bool {
	return (e.Status == "" || string(row.Status) == e.Status) &&
		(e.Date == "" || row.Started.UTC().Format(time.DateOnly) == e.Date) &&
		(e.Account == "" || strings.Contains(string(x.Input), e.Account) || strings.Contains(row.Cause, e.Account))
}

// PageLink returns the address of another page of the list.
func (e executionsPage) PageLink(number int) string {
	return "?" + url.Values{"machine": {e.Machine}, "status": {e.Status}, "account": {e.Account}, "date": {e.Date}, "page": {strconv.Itoa(number)}}.Encode()
}

// IsLive reports whether an execution of the list still runs, so that the browser reloads it.
func (e executionsPage) IsLive() bool {
	for _, r := range e.Rows {
		if r.Status == asl.Running {
			return true
		}
	}
	return false
}

// Statuses returns the choices of the status filter.
func (e executionsPage) Statuses() []asl.Status {
	return []asl.Status{asl.Running, asl.Succeeded, asl.Failed, asl.TimedOut, asl.Aborted}
}

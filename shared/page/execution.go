package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"view360/shared/asl"
)

// executionPage is one execution, or one child of a distributed map.
type executionPage struct {
	frame
	executionRow
	pager         // of the visits
	Parent        *asl.Execution
	Graph         graph
	Input, Output string // indented JSON
	Visits        []visitRow
	VisitCount    int
	MapRuns       []mapRun
	CanRedrive    bool
}

// IsLive reports whether the execution still runs, so that the browser reloads it.
func (e executionPage) IsLive() bool { return e.Status == asl.Running }

func (p *page) showExecution(w http.ResponseWriter, r *http.Request) error {
	x, err := p.findExecution(r)
	if err != nil {
		return err
	}
	show := executionPage{frame: p.newFrame("executions", x.Name, ""), executionRow: p.newExecutionRow(x)}
	if show.pager, err = parsePager(r.URL.Query(), maxPage); err != nil {
		return err
	}
	show.Input, show.Output = indentJSON(x.Input), indentJSON(show.Description.Output)
	if x.Parent != "" {
		show.Parent, _ = p.executions.Lookup(x.Parent)
	}
	status, _ := x.RedriveStatus()
	show.CanRedrive = status == "REDRIVABLE" && x.Parent == ""
	visits := buildVisits(x.History())
	var childVisits []*visit
	for _, run := range x.MapRuns() {
		listed, visits := p.newMapRun(run)
		show.MapRuns, childVisits = append(show.MapRuns, listed), append(childVisits, visits...)
	}
	if show.Graph, err = newGraph(x, visits, childVisits); err != nil {
		return err
	}
	show.addVisits(visits, p.now())
	return p.templates.write(w, "execution", show)
}

func (p *page) findExecution(r *http.Request) (*asl.Execution, error) {
	x, known := p.executions.Lookup(r.PathValue("arn"))
	if !known {
		return nil, notFound("This execution does not exist.")
	}
	return x, nil
}

// isRunning reports whether an execution runs.
func (p *page) isRunning(arn string) bool {
	if p.executions == nil {
		return false
	}
	x, known := p.executions.Lookup(arn)
	return known && x.Describe().Status == asl.Running
}

// indentJSON indents JSON. It returns other text unchanged, and "" for null.
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

// redriveExecution starts a redrive and redirects to its execution.
func (p *page) redriveExecution(w http.ResponseWriter, r *http.Request) error {
	if err := p.checkToken(r); err != nil {
		return err
	}
	x, err := p.findExecution(r)
	if err != nil {
		return err
	}
	if err := p.executions.StartRedrive(r.Context(), x); err != nil {
		failure := (*asl.Failure)(nil)
		switch {
		case !errors.As(err, &failure):
			return err
		case p.isRunning(x.ARN): // another tab has redriven it
			http.Redirect(w, r, "/executions/"+x.ARN, http.StatusSeeOther)
			return nil
		default:
			return &httpError{http.StatusConflict, failure.Cause}
		}
	}
	http.Redirect(w, r, "/executions/"+x.ARN, http.StatusSeeOther)
	return nil
}

package page

import (
	"strings"
	"time"

	"view360/shared/asl"
	"view360/shared/fault"
)

// executionRow is one execution in a list.
type executionRow struct {
	ARN, Name, Machine string
	Subject            *subject
	asl.Description
	Now         time.Time
	CaughtCount int // failed steps after which the execution went on
}

func (p *page) newExecutionRow(x *asl.Execution) executionRow {
	return executionRow{
		ARN: x.ARN, Name: x.Name, Machine: x.Machine.Name, Subject: parseSubject(string(x.Input)), Description: x.Describe(), Now: p.now(),
	}
}

// Duration returns how long the execution has run since its start or its last redrive.
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

// Class returns the CSS class of the status.
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

// Reason returns the error and the beginning of its cause.
func (r executionRow) Reason() string {
	return shortenText(strings.Trim(r.Error+": "+strings.Join(r.Causes(), "; "), ": "), 160)
}

// Causes returns the lines of the cause.
func (r executionRow) Causes() []string {
	return strings.Split(fault.CauseMessage("", r.Cause), "\n")
}

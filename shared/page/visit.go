package page

import (
	"encoding/json"
	"fmt"
	"time"

	"view360/shared/asl"
)

// visit is one pass of an execution through a state.
type visit struct {
	State, StateType string // StateType: Task, Map, Choice, …
	Iteration        string // of inline maps, such as "Regions 0, Services 3"; empty outside
	Entered          time.Time
	Exited           time.Time // zero while it runs, and after an uncaught failure
	Failed           time.Time // the last failure
	Input, Output    string    // JSON
	Error, Cause     string    // of the last failure
	Attempts         int       // of a task: 1 and its retries
	IsCaught         bool      // failed, and the execution went on
}

// Status returns the status of the visit.
func (v visit) Status() asl.Status {
	switch {
	case v.Error != "" && (v.IsCaught || v.Exited.IsZero()):
		return asl.Failed
	case v.Exited.IsZero():
		return asl.Running
	default:
		return asl.Succeeded
	}
}

// Retries returns how often a task was tried again.
func (v visit) Retries() int { return max(v.Attempts-1, 0) }

// Subject returns what the state worked on, nil if its input names nothing.
func (v visit) Subject() *subject { return parseSubject(v.Input) }

// Metrics returns the counts in the output of a collector or a loader, and "" for other outputs.
func (v visit) Metrics() string {
	var n struct {
		Items, Calls, Throttles *int
		Paid                    int `json:"paid_calls"`
		Tables                  map[string]struct{ Read, Created, Updated, Rejected, Deleted int64 }
	}
	if json.Unmarshal([]byte(v.Output), &n) != nil {
		return ""
	}
	if n.Items != nil && n.Calls != nil && n.Throttles != nil {
		return fmt.Sprintf("%d items, %d calls, %d throttled, %d paid", *n.Items, *n.Calls, *n.Throttles, n.Paid)
	}
	var read, created, updated, rejected, deleted int64
	for _, t := range n.Tables {
		read, created, updated, rejected, deleted = read+t.Read, created+t.Created, updated+t.Updated, rejected+t.Rejected, deleted+t.Deleted
	}
	if read == 0 {
		return ""
	}
	return fmt.Sprintf("%d rows: %d created, %d updated, %d rejected, %d deleted", read, created, updated, rejected, deleted)
}

package page

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"view360/shared/asl"
)

// visit is one time that an execution was in a state.
type visit struct {
	State, Kind   string // Kind: Task, Map, Choice, …
	Iteration     string // where in inline maps, such as "Regions 0, Services 3"; empty outside
	Entered       time.Time
	Exited        time.Time // zero while it runs, and when it failed without being caught
	Failed        time.Time // the last time
	Input, Output string    // JSON
	Error, Cause  string    // the last
	Attempts      int       // of a task: 1 and its retries
	Caught        bool      // failed, and the machine went on
}

// Status is where the visit stands.
func (v visit) Status() asl.Status {
	switch {
	case v.Error != "" && (v.Caught || v.Exited.IsZero()):
		return asl.Failed
	case v.Exited.IsZero():
		return asl.Running
	default:
		return asl.Succeeded
	}
}

// Retries is how often a task was tried again.
func (v visit) Retries() int { return max(v.Attempts-1, 0) }

// Subject says what the visit is about, from the names that its input has.
func (v visit) Subject() string { return parseSubject(v.Input) }

// Metrics are the metrics of a collector's or a loader's answer.
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

// parseSubject names what an input is about, as far as the project's inputs say it.
func parseSubject(input string) string {
	type names struct {
		Account, Region, Service, Group, Key, Date, Interval string
		Request                                              struct{ Account, Region, Date, Interval string }
	}
	var n names
	if json.Unmarshal([]byte(input), &n) != nil {
		return ""
	}
	var parts []string
	for _, part := range []string{
		n.Service, n.Group, n.Account, n.Request.Account, n.Region, n.Request.Region, n.Date, n.Request.Date, n.Interval, n.Request.Interval, n.Key,
	} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// buildVisits reads a history: every event belongs to the visit of the event that it names as its previous one.
func buildVisits(history []asl.Event) []*visit {
	r := visitBuilder{at: map[int64]position{}}
	for _, e := range history {
		r.addEvent(e)
	}
	return r.visits
}

// position is where an event stands: in a visit, of an iteration of an inline map or of none.
type position struct {
	*visit
	iteration *iteration
}

// iteration is one of an inline map.
type iteration struct {
	outer position // the map
	name  string
}

func (i *iteration) String() string {
	if i == nil {
		return ""
	}
	return i.name
}

type visitBuilder struct {
	visits []*visit
	at     map[int64]position // by event
}

func (r *visitBuilder) addEvent(e asl.Event) {
	at := r.at[e.PreviousID]
	details := e.Details
	if details == nil {
		details = &asl.Details{}
	}
	switch {
	case strings.HasSuffix(e.Type, "StateEntered"):
		at.visit = &visit{
			State: details.Name, Kind: strings.TrimSuffix(e.Type, "StateEntered"), Iteration: at.iteration.String(),
			Entered: e.Time, Input: details.Input,
		}
		r.visits = append(r.visits, at.visit)
	case at.visit == nil: // of the execution itself
	case e.Type == "MapIterationStarted" && details.Index != nil:
		name := strings.TrimPrefix(fmt.Sprintf("%s, %s %d", at.iteration, at.State, *details.Index), ", ")
		at.iteration = &iteration{outer: at, name: name}
	case strings.HasPrefix(e.Type, "MapIteration") && at.iteration != nil: // succeeded, failed, aborted
		at = at.iteration.outer
	default:
		at.applyEvent(e, details)
	}
	r.at[e.ID] = at
}

// applyEvent notes what an event says of the visit that it belongs to.
func (v *visit) applyEvent(e asl.Event, details *asl.Details) {
	switch {
	case strings.HasSuffix(e.Type, "StateExited"):
		v.Exited, v.Output = e.Time, details.Output
		v.Caught = v.Error != ""
	case e.Type == "TaskScheduled":
		v.Attempts++
	case strings.HasSuffix(e.Type, "Succeeded"):
		v.Error, v.Cause = "", ""
	case details.Error != "" && !strings.HasPrefix(e.Type, "Execution"):
		v.Error, v.Cause, v.Failed = details.Error, details.Cause, e.Time
	}
}

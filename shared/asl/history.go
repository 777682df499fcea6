package asl

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"time"
)

// Event is one entry of an execution's history. Its JSON is that of GetExecutionHistory.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
type Event struct {
	ID         int64
	PreviousID int64  // 0: none
	Type       string // such as TaskStateEntered
	Time       time.Time
	Details    *Details // nil for a type without details
}

// Details holds the members of all the …EventDetails structures; each type of event uses a few. Input, Output, Parameters
// and the values of AssignedVariables are JSON as text.
type Details struct {
	Name              string            `json:"name,omitempty"`  // of the state entered or exited, or of the map of an iteration
	Index             *int              `json:"index,omitempty"` // of an iteration
	Length            *int              `json:"length,omitempty"`
	Input             string            `json:"input,omitempty"`
	Output            string            `json:"output,omitempty"`
	AssignedVariables map[string]string `json:"assignedVariables,omitempty"`
	ResourceType      string            `json:"resourceType,omitempty"`
	Resource          string            `json:"resource,omitempty"`
	Region            string            `json:"region,omitempty"`
	Parameters        string            `json:"parameters,omitempty"`
	State             string            `json:"state,omitempty"`    // whose expression failed
	Location          string            `json:"location,omitempty"` // field of the expression
	Error             string            `json:"error,omitempty"`
	Cause             string            `json:"cause,omitempty"`
	MapRunARN         string            `json:"mapRunArn,omitempty"`
	RedriveCount      *int              `json:"redriveCount,omitempty"`
	RoleARN           string            `json:"roleArn,omitempty"`
	InputDetails      *DataDetails      `json:"inputDetails,omitempty"`  // in answers of the API only
	OutputDetails     *DataDetails      `json:"outputDetails,omitempty"` // as above
}

// DataDetails says whether an input or output is cut.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEventExecutionDataDetails.html
type DataDetails struct {
	Truncated bool `json:"truncated"`
}

// MarshalJSON writes the event as the Step Functions API does, with the time in seconds since 1970.
func (e Event) MarshalJSON() ([]byte, error) {
	members := map[string]any{
		"id": e.ID, "previousEventId": e.PreviousID, "type": e.Type, "timestamp": float64(e.Time.UnixMilli()) / 1000,
	}
	if e.Details != nil {
		members[detailsMember(e.Type)] = e.Details
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(members)
	return bytes.TrimSpace(b.Bytes()), err
}

// UnmarshalJSON reads the output of MarshalJSON.
func (e *Event) UnmarshalJSON(text []byte) error {
	var head struct {
		ID              int64
		PreviousEventID int64
		Type            string
		Timestamp       float64
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	*e = Event{ID: head.ID, PreviousID: head.PreviousEventID, Type: head.Type, Time: time.UnixMilli(int64(math.Round(head.Timestamp * 1000))).UTC()}
	if head.Type == "" || !bytes.Contains(text, []byte("EventDetails")) {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	if details, given := members[detailsMember(head.Type)]; given {
		return json.Unmarshal(details, &e.Details)
	}
	return nil
}

// detailsMember returns the name of the member that holds an event's details.
func detailsMember(kind string) string {
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(kind, "StateExited"):
		return "stateExitedEventDetails"
	default:
		return strings.ToLower(kind[:1]) + kind[1:] + "EventDetails"
	}
}

// History returns the events so far.
func (x *Execution) History() []Event { return x.history.listEvents() }

// eventLog is the history of one execution.
type eventLog struct {
	mu     sync.Mutex // held while Observe runs, so that it sees events in order; never taken while Execution.mu is held
	events []Event
}

func (l *eventLog) listEvents() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[:len(l.events):len(l.events)]
}

func (l *eventLog) setEvents(events []Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = events
}

// recordEvent appends an event and returns its ID. A standard execution may have 25,000 events; the last is reserved for
// its end, so recordEvent fails before that.
func (l *eventLog) recordEvent(x *Execution, previous int64, kind string, details *Details) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.atLimit() {
		return previous, &Failure{Name: statesRuntime, Cause: "The execution reached the maximum number of history events (25000)."}
	}
	return l.appendEvent(x, previous, kind, details), nil
}

// recordEnd appends the event of the execution's end.
func (l *eventLog) recordEnd(x *Execution, previous int64, kind string, details *Details) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.appendEvent(x, previous, kind, details)
}

// recordRedrive appends the event of a redrive. It deletes the events of an execution that starts again.
func (l *eventLog) recordRedrive(x *Execution, redrives int, fromStart bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if fromStart {
		l.events = nil
		return
	}
	l.appendEvent(x, int64(len(l.events)), "ExecutionRedriven", &Details{RedriveCount: &redrives})
}

// isFull reports whether the execution reached the limit of events.
func (l *eventLog) isFull() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.atLimit()
}

// atLimit does the work of isFull. The caller holds mu.
func (l *eventLog) atLimit() bool { return len(l.events) >= eventLimit-1 }

// appendEvent appends an event and passes it to Observe. The caller holds mu.
func (l *eventLog) appendEvent(x *Execution, previous int64, kind string, details *Details) int64 {
	event := Event{ID: int64(len(l.events)) + 1, PreviousID: previous, Type: kind, Time: x.engine.now(), Details: details}
	l.events = append(l.events, event)
	if x.engine.Observe != nil {
		x.engine.Observe(x, event)
	}
	return event.ID
}

// eventChain records the events of the execution, or of one iteration of an inline map; each names the one before it.
type eventChain struct {
	x    *Execution
	last int64
}

func (c *eventChain) recordEvent(kind string, details *Details) error {
	id, err := c.x.history.recordEvent(c.x, c.last, kind, details)
	c.last = id
	return err
}

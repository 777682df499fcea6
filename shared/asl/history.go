package asl

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Event is one entry of an execution's history. Its JSON is that of GetExecutionHistory.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
type Event struct {
	ID         int64
	PreviousID int64  // 0: none
	Type       string // such as TaskStateEntered
	Time       time.Time
	Details    *Details // nil for a type that has none
}

// Details are the members of all the …EventDetails structures; each type of event uses a few. Input, Output, Parameters
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
	Location          string            `json:"location,omitempty"` // the field that the expression stands in
	Error             string            `json:"error,omitempty"`
	Cause             string            `json:"cause,omitempty"`
	MapRunARN         string            `json:"mapRunArn,omitempty"`
	RedriveCount      *int              `json:"redriveCount,omitempty"`
	RoleARN           string            `json:"roleArn,omitempty"`
}

// detailsMember is the name of the member that holds an event's details.
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

// UnmarshalJSON reads what MarshalJSON wrote.
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

// History returns the events so far.
func (x *Execution) History() []Event {
	x.recording.Lock()
	defer x.recording.Unlock()
	return x.history[:len(x.history):len(x.history)]
}

// recordEvent appends an event. The last of the 25,000 that a standard execution may have is kept for its end; before that
// the execution fails.
func (x *Execution) recordEvent(previous int64, kind string, details *Details) (int64, error) {
	x.recording.Lock()
	defer x.recording.Unlock()
	if x.historyFull() {
		return previous, &Failure{Name: statesRuntime, Cause: "The execution reached the maximum number of history events (25000)."}
	}
	return x.appendEvent(previous, kind, details), nil
}

func (x *Execution) historyFull() bool { return len(x.history) >= eventLimit-1 }

// recordEnd appends the event of the execution's end.
func (x *Execution) recordEnd(previous int64, kind string, details *Details) {
	x.recording.Lock()
	defer x.recording.Unlock()
	x.appendEvent(previous, kind, details)
}

func (x *Execution) appendEvent(previous int64, kind string, details *Details) int64 {
	event := Event{ID: int64(len(x.history)) + 1, PreviousID: previous, Type: kind, Time: x.engine.now(), Details: details}
	x.history = append(x.history, event)
	if x.engine.Observe != nil {
		x.engine.Observe(x, event)
	}
	return event.ID
}

// eventChain is one line of events: that of the execution, or of one iteration of an inline map.
type eventChain struct {
	x    *Execution
	last int64
}

func (l *eventChain) recordEvent(kind string, details *Details) error {
	id, err := l.x.recordEvent(l.last, kind, details)
	l.last = id
	return err
}

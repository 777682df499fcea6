package asl

import (
	"encoding/json"
	"time"
)

// Event is one entry of an execution's history, as GetExecutionHistory shows it.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
type Event struct {
	ID         int64
	PreviousID int64
	Type       string // such as TaskStateEntered
	Time       time.Time
	// Details is the content of the event's …EventDetails member: name, input, output, error, cause, index and so on.
	Details map[string]any
}

// record appends an event and returns its id. Past the limit of 25,000 events the execution fails, as on AWS.
func (x *Execution) record(previous int64, kind string, details map[string]any) (int64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.history) >= eventLimit {
		return previous, &Failure{Name: statesRuntime, Cause: "the execution reached the limit of 25,000 history events"}
	}
	event := Event{ID: int64(len(x.history)) + 1, PreviousID: previous, Type: kind, Time: x.engine.now(), Details: details}
	x.history = append(x.history, event)
	if x.engine.Observe != nil {
		x.engine.Observe(x, event)
	}
	return event.ID, nil
}

// branch is one line of events: of the execution, or of one iteration of an inline map.
type branch struct {
	x    *Execution
	last int64
}

func (b *branch) record(kind string, details map[string]any) error {
	id, err := b.x.record(b.last, kind, details)
	b.last = id
	return err
}

func text(value any) string {
	body, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(body)
}

package page

import (
	"fmt"
	"strings"

	"view360/shared/asl"
)

// buildVisits returns the visits of an execution's history, in the order in which they began.
func buildVisits(history []asl.Event) []*visit {
	b := visitBuilder{positions: map[int64]position{}}
	for _, e := range history {
		b.addEvent(e)
	}
	return b.visits
}

// visitBuilder assigns each event to the visit of the event that it names as its previous one.
type visitBuilder struct {
	visits    []*visit
	positions map[int64]position // by event
}

// position is the visit and the iteration of an inline map that an event belongs to; nil: none.
type position struct {
	*visit
	iteration *iteration
}

// iteration is one iteration of an inline map.
type iteration struct {
	mapPosition position
	name        string
}

func (i *iteration) String() string {
	if i == nil {
		return ""
	}
	return i.name
}

func (b *visitBuilder) addEvent(e asl.Event) {
	at := b.positions[e.PreviousID]
	details := e.Details
	if details == nil {
		details = &asl.Details{}
	}
	switch {
	case strings.HasSuffix(e.Type, "StateEntered"):
		at.visit = &visit{
			State: details.Name, StateType: strings.TrimSuffix(e.Type, "StateEntered"), Iteration: at.iteration.String(),
			Entered: e.Time, Input: details.Input,
		}
		b.visits = append(b.visits, at.visit)
	case at.visit == nil: // of the execution itself
	case e.Type == "MapIterationStarted" && details.Index != nil:
		name := strings.TrimPrefix(fmt.Sprintf("%s, %s %d", at.iteration, at.State, *details.Index), ", ")
		at.iteration = &iteration{mapPosition: at, name: name}
	case strings.HasPrefix(e.Type, "MapIteration") && at.iteration != nil: // succeeded, failed, aborted
		at = at.iteration.mapPosition
	default:
		at.applyEvent(e, details)
	}
	b.positions[e.ID] = at
}

// applyEvent updates the visit that an event belongs to.
func (v *visit) applyEvent(e asl.Event, details *asl.Details) {
	switch {
	case strings.HasSuffix(e.Type, "StateExited"):
		v.Exited, v.Output = e.Time, details.Output
		v.IsCaught = v.Error != ""
	case e.Type == "TaskScheduled":
		v.Attempts++
	case strings.HasSuffix(e.Type, "Succeeded"):
		v.Error, v.Cause = "", ""
	case details.Error != "" && !strings.HasPrefix(e.Type, "Execution"):
		v.Error, v.Cause, v.Failed = details.Error, details.Cause, e.Time
	}
}

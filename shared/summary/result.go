package summary

import (
	"encoding/json"
	"fmt"

	"view360/shared/asl"
	"view360/shared/load"
	"view360/shared/snapshot"
)

// loadedState is what the last state of the machine that got so far knows.
type loadedState struct {
	Index   snapshot.Index `json:"index"`
	Results []struct {
		load.Output
		Error string `json:"error"`
	} `json:"results"`
}

// ResultOf reads how an execution of the load machine ended; source is what the user knows the snapshot by.
func ResultOf(key, source string, end asl.Description, history []asl.Event) LoadedSnapshot {
	result := LoadedSnapshot{Key: key, Source: source, Status: Loaded, Tables: map[string]load.Counts{}}
	switch {
	case end.Status == asl.Succeeded:
	case end.Error == "View360.RejectedSnapshot":
		result.Status, result.Reason = Rejected, end.Cause
	case end.Error == "View360.PartialLoad":
		result.Status, result.Reason = Partial, Reason(end.Cause)
	default:
		result.Status, result.Reason = Failed, Reason(end.Cause)
	}
	state := lastState(history)
	for _, r := range state.Results {
		for table, c := range r.Tables {
			result.Tables[table] = c
		}
		for _, reject := range r.Rejects {
			result.Rejects = append(result.Rejects, fmt.Sprintf("%s %s: %s", reject.Path(), reject.Column, reject.Reason))
		}
	}
	for _, p := range state.Index.Problems {
		result.NotLoaded = append(result.NotLoaded, p.Section+" ("+p.Reason+")")
	}
	for _, key := range state.Index.Unknown {
		result.NotLoaded = append(result.NotLoaded, key+" (not a section of the contract)")
	}
	if len(state.Index.Problems) > 0 && result.Status == Loaded {
		result.Status, result.Reason = Partial, "some sections are of the wrong kind"
	}
	return result
}

// lastState finds the newest index and results in the execution's history.
func lastState(history []asl.Event) loadedState {
	var state loadedState
	for _, event := range history {
		d := event.Details
		if event.Type == "TaskStateExited" && d.Name != "Load" || event.Type == "MapStateExited" {
			_ = json.Unmarshal([]byte(d.Output), &state) // outputs that say something else are left alone
		}
	}
	return state
}

// Rows is how many rows the snapshot has.
func (r LoadedSnapshot) Rows() (rows int64) {
	for _, c := range r.Tables {
		rows += c.Read
	}
	return rows
}

// Reason is the errorMessage of a cause that a function made.
func Reason(cause string) string {
	var reported struct{ ErrorMessage string }
	if json.Unmarshal([]byte(cause), &reported) == nil && reported.ErrorMessage != "" {
		return reported.ErrorMessage
	}
	return cause
}

package summary

import (
	"encoding/json"
	"fmt"

	"view360/shared/asl"
	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/settle"
	"view360/shared/snapshot"
)

// loadedState is the part of a state's output that the summary needs.
type loadedState struct {
	Index   snapshot.Index `json:"index"`
	Results []struct {
		load.Output
		Error string `json:"error"`
	} `json:"results"`
}

// ReadLoadedSnapshot returns how an execution of the load machine ended; origin is the file or object as the user named it.
func ReadLoadedSnapshot(key, origin string, end asl.Description, history []asl.Event) LoadedSnapshot {
	result := LoadedSnapshot{Key: key, Origin: origin, Status: Loaded, Tables: map[string]load.Counts{}}
	switch {
	case end.Status == asl.Succeeded:
	case end.Error == settle.RejectedSnapshot:
		result.Status, result.Reason = Rejected, end.Cause
	case end.Error == settle.PartialLoad:
		result.Status, result.Reason = Partial, fault.CauseMessage("", end.Cause)
	default:
		result.Status, result.Reason = Failed, fault.CauseMessage("", end.Cause)
	}
	state := findLastState(history)
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

// findLastState returns the newest index and results in the execution's history.
func findLastState(history []asl.Event) loadedState {
	var state loadedState
	for _, event := range history {
		d := event.Details
		if event.Type == "TaskStateExited" && d.Name != "Load" || event.Type == "MapStateExited" {
			_ = json.Unmarshal([]byte(d.Output), &state) // other outputs set nothing
		}
	}
	return state
}

// CountRows returns the number of rows that the snapshot has.
func (r LoadedSnapshot) CountRows() (rows int64) {
	for _, c := range r.Tables {
		rows += c.Read
	}
	return rows
}

package asl

import "encoding/json"

// Store keeps executions, so that memory holds only those that run, and so that another process can show and redrive
// them. Many goroutines call it.
type Store interface {
	// Save keeps a record under its ARN, in place of an earlier one.
	Save(r Record) error
	// Load returns the record of an ARN. The error of a record that is not whole is [ErrCut].
	Load(arn string) (Record, error)
	// Summary returns the summary of an ARN. The error of an unknown ARN is fs.ErrNotExist.
	Summary(arn string) (Summary, error)
	// List returns the summaries of executions without a parent, in any order and without their outputs.
	List() []Summary
	// Discard takes an execution that cannot be read from the store, with its children.
	Discard(arn string) error
}

// Summary is an execution without its history and map runs, as plain data.
type Summary struct {
	ARN, Name, Machine string
	Input              json.RawMessage
	Parent, MapRun     string `json:",omitempty"`
	Within             string `json:",omitempty"` // the map state whose processor ran, of a child
	Snapshot           Description
}

// Trail is the history of an execution and its place in the machine: all that a redrive needs.
type Trail struct {
	History []Event
	MapRuns []MapRun        `json:",omitempty"`
	Place   json.RawMessage `json:",omitempty"` // the state it will enter or failed in; nil before the first and after the last
}

// Record is an execution as plain data. It marshals to JSON and back.
type Record struct {
	Summary
	Trail
}

// buildRecord returns the execution as plain data. The caller makes sure that nothing changes its place: the execution
// has ended or is between two states.
func (x *Execution) buildRecord() (Record, error) {
	r := Record{
		Summary{
			ARN: x.ARN, Name: x.Name, Machine: x.Machine.Name, Input: x.Input, Parent: x.Parent, MapRun: x.MapRun,
			Within: x.within, Snapshot: x.Describe(),
		},
		Trail{History: x.History(), MapRuns: x.MapRuns()},
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.place == nil {
		return r, nil
	}
	var err error
	r.Place, err = json.Marshal(x.place)
	return r, err
}

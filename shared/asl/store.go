package asl

import (
	"encoding/json"
	"fmt"
)

// Store keeps executions, so that memory holds only those that run, and so that another process can show and redrive
// them. It is called from many goroutines.
type Store interface {
	// Save keeps a record under its ARN, in place of an earlier one.
	Save(r Record) error
	// Load returns the record of an ARN.
	Load(arn string) (Record, error)
	// Summary returns that of an ARN. The error of one that does not exist is fs.ErrNotExist.
	Summary(arn string) (Summary, error)
	// List returns the summaries of executions that have no parent, in any order and without their outputs.
	List() []Summary
}

// Summary is an execution without what it did, as plain data.
type Summary struct {
	ARN, Name, Machine string
	Input              json.RawMessage
	Parent, MapRun     string `json:",omitempty"`
	Within             string `json:",omitempty"` // the map state whose processor ran, of a child
	Snapshot           Description
}

// Trail is what an execution did, and where it is: all that a redrive needs.
type Trail struct {
	History []Event
	MapRuns []MapRun        `json:",omitempty"`
	Place   json.RawMessage `json:",omitempty"` // the state it stands before or failed in; nil before the first and after the last
}

// Record is an execution as plain data. It marshals to JSON and back.
type Record struct {
	Summary
	Trail
}

// Record returns the execution as plain data, once it has ended.
func (x *Execution) Record() (Record, error) {
	if x.Describe().Status == Running {
		return Record{}, fmt.Errorf("execution %s is running", x.ARN)
	}
	return x.buildRecord()
}

// buildRecord is called when the execution has ended or stands between two states, so that nothing changes its place.
func (x *Execution) buildRecord() (Record, error) {
	s, history := x.Describe(), x.History()
	x.mu.Lock()
	defer x.mu.Unlock()
	r := Record{
		Summary{
			ARN: x.ARN, Name: x.Name, Machine: x.Machine.Name, Input: x.Input, Parent: x.Parent, MapRun: x.MapRun,
			Within: x.within, Snapshot: s,
		},
		Trail{History: history, MapRuns: x.copyMapRuns()},
	}
	if x.place == nil {
		return r, nil
	}
	var err error
	r.Place, err = json.Marshal(x.place)
	return r, err
}

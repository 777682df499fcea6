package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Store keeps executions that have ended, so that memory holds only those that run, and so that another process can
// show and redrive them. It is called from many goroutines.
type Store interface {
	// Save keeps a record under its ARN, in place of an earlier one.
	Save(r Record) error
	// Load returns the record of an ARN.
	Load(arn string) (Record, error)
}

// Record is an execution that has ended, as plain data. It marshals to JSON and back.
type Record struct {
	ARN, Name, Machine string
	Input              json.RawMessage
	Parent, MapRun     string `json:",omitempty"`
	Within             string `json:",omitempty"` // the map state whose processor ran, of a child
	Snapshot           Snapshot
	History            []Event
	MapRuns            []MapRun        `json:",omitempty"`
	Place              json.RawMessage `json:",omitempty"` // where it stopped, for a redrive
}

// Record returns the execution as plain data, once it has ended.
func (x *Execution) Record() (Record, error) {
	s := x.Describe()
	if s.Status == Running {
		return Record{}, fmt.Errorf("execution %s is running", x.ARN)
	}
	history := x.History()
	x.mu.Lock()
	defer x.mu.Unlock()
	r := Record{
		ARN: x.ARN, Name: x.Name, Machine: x.Machine.Name, Input: x.Input, Parent: x.Parent, MapRun: x.MapRun,
		Within: x.within, Snapshot: s, History: history, MapRuns: x.copyMapRuns(),
	}
	if x.place == nil {
		return r, nil
	}
	var err error
	r.Place, err = json.Marshal(x.place)
	return r, err
}

// Use makes a machine known by its name, so that its executions can be restored from the store. Start does it too.
func (e *Engine) Use(m *Machine) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.use(m)
}

func (e *Engine) use(m *Machine) {
	if e.machines == nil {
		e.machines = map[string]*Machine{}
	}
	e.machines[m.Name] = m
}

// Lookup returns a started execution, or a child of one, by its ARN.
func (e *Engine) Lookup(arn string) (*Execution, bool) {
	e.mu.Lock()
	x, held := e.executions[arn]
	e.mu.Unlock()
	if held || e.Store == nil {
		return x, held
	}
	r, err := e.Store.Load(arn)
	if err != nil {
		return nil, false
	}
	x, err = e.Restore(r)
	return x, err == nil
}

// Restore makes an execution of a record. Its machine must be known.
func (e *Engine) Restore(r Record) (*Execution, error) {
	e.mu.Lock()
	m := e.machines[r.Machine]
	e.mu.Unlock()
	if m == nil {
		return nil, fmt.Errorf("restoring execution %s: machine %s is not known", r.ARN, r.Machine)
	}
	x := &Execution{
		ARN: r.ARN, Name: r.Name, Machine: m, Input: r.Input, Parent: r.Parent, MapRun: r.MapRun, engine: e, flow: m.flow,
		within: r.Within, status: r.Snapshot.Status, output: r.Snapshot.Output, started: r.Snapshot.Started,
		stopped: r.Snapshot.Stopped, redriven: r.Snapshot.Redriven, redrives: r.Snapshot.RedriveCount,
		history: r.History, done: closed(),
	}
	if r.Snapshot.Status != Succeeded {
		x.failure = &Failure{Name: r.Snapshot.Error, Cause: r.Snapshot.Cause}
	}
	for _, run := range r.MapRuns {
		x.mapRuns = append(x.mapRuns, &run)
	}
	if r.Within != "" {
		processor, exists := m.processors[r.Within]
		if !exists {
			return nil, fmt.Errorf("restoring execution %s: machine %s has no map state %q", r.ARN, r.Machine, r.Within)
		}
		x.flow, x.express = processor.processor, processor.express
	}
	if r.Place != nil {
		if err := json.Unmarshal(r.Place, &x.place); err != nil {
			return nil, fmt.Errorf("restoring the place of execution %s: %w", r.ARN, err)
		}
	}
	return x, nil
}

// add takes a new execution in, whose name nothing else may have.
func (e *Engine) add(x *Execution) error {
	if _, exists := e.Lookup(x.ARN); exists {
		return errors.New("ExecutionAlreadyExists: " + x.ARN)
	}
	x.engine, x.status, x.started, x.done = e, Running, e.now(), make(chan struct{})
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, exists := e.executions[x.ARN]; exists {
		return errors.New("ExecutionAlreadyExists: " + x.ARN)
	}
	e.use(x.Machine)
	e.put(x)
	return nil
}

func (e *Engine) put(x *Execution) {
	if e.executions == nil {
		e.executions = map[string]*Execution{}
	}
	e.executions[x.ARN] = x
}

// hold keeps an execution in memory that runs again.
func (e *Engine) hold(x *Execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.put(x)
}

// ended moves an execution from memory to the store. What cannot be stored stays in memory.
func (e *Engine) ended(x *Execution) {
	if e.Store == nil {
		return
	}
	r, err := x.Record()
	if err == nil {
		err = e.Store.Save(r)
	}
	if err != nil {
		slog.Error("execution not stored", "execution", x.ARN, "error", err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.executions, x.ARN)
}

package asl

import (
	"errors"
	"log/slog"
)

// Use makes a machine known by its name, so that its executions can be restored from the store. Start does it too.
func (e *Engine) Use(m *Machine) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.registerMachine(m)
}

func (e *Engine) registerMachine(m *Machine) {
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
	x, err = e.restoreExecution(r)
	return x, err == nil
}

// addExecution takes a new execution in, whose name nothing else may have.
func (e *Engine) addExecution(x *Execution) error {
	if _, exists := e.Lookup(x.ARN); exists {
		return newAlreadyExists(x)
	}
	x.engine, x.status, x.started, x.done = e, Running, e.now(), make(chan struct{})
	if !e.keepInMemory(x) {
		return newAlreadyExists(x)
	}
	e.saveExecution(x)
	return nil
}

func newAlreadyExists(x *Execution) error {
	return newAPIError("ExecutionAlreadyExists", "Execution Already Exists: '%s'", x.ARN)
}

// keepInMemory keeps an execution in memory unless one of its name is there.
func (e *Engine) keepInMemory(x *Execution) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, exists := e.executions[x.ARN]; exists {
		return false
	}
	if e.executions == nil {
		e.executions = map[string]*Execution{}
	}
	e.registerMachine(x.Machine)
	e.executions[x.ARN] = x
	return true
}

// holdForRedrive keeps an execution in memory that is to run again, as the store has it: what the caller has may be older, or only
// what a list says. It reports whether the execution was not there yet.
func (e *Engine) holdForRedrive(x *Execution) (taken bool, err error) {
	e.mu.Lock()
	held := e.executions[x.ARN]
	e.mu.Unlock()
	if held == x || x.ARN == "" {
		return false, nil
	}
	if held != nil || !e.keepInMemory(x) {
		return false, errors.New("Execution is RUNNING and cannot be redriven")
	}
	if e.Store == nil {
		return true, nil
	}
	r, err := e.Store.Load(x.ARN)
	if err == nil {
		err = x.setRecord(r)
	}
	if err != nil {
		e.releaseExecution(x)
	}
	return true, err
}

// releaseExecution forgets an execution that the store has.
func (e *Engine) releaseExecution(x *Execution) {
	if e.Store == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.executions, x.ARN)
}

// saveExecution writes what the execution has done so far, so that little is lost with the process. It reports whether it could:
// an execution goes on without.
func (e *Engine) saveExecution(x *Execution) bool {
	if e.Store == nil {
		return true
	}
	r, err := x.buildRecord()
	if err == nil {
		err = e.Store.Save(r)
	}
	if err != nil {
		slog.Error("execution not stored", "execution", x.ARN, "error", err)
	}
	return err == nil
}

// storeEnded moves an execution from memory to the store. What cannot be stored stays in memory.
func (e *Engine) storeEnded(x *Execution) {
	if e.saveExecution(x) {
		e.releaseExecution(x)
	}
}

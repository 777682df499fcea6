package asl

import (
	"errors"
	"log/slog"
)

// Use registers a machine under its name, so that its executions can be restored from the store. Start does so too.
func (e *Engine) Use(m *Machine) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.registerMachine(m)
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

// addExecution registers a new execution, whose name must be unused.
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

// holdForRedrive keeps an execution in memory that is to run again, in the state that the store has: the caller's copy may
// be older, or come from a list. It reports whether the execution was not in memory before.
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

// keepInMemory keeps an execution in memory unless memory has one of its name.
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

// registerMachine does the work of Use. The caller holds mu.
func (e *Engine) registerMachine(m *Machine) {
	if e.machines == nil {
		e.machines = map[string]*Machine{}
	}
	e.machines[m.Name] = m
}

// storeEnded moves an execution that has ended from memory to the store. If storing fails, it stays in memory.
func (e *Engine) storeEnded(x *Execution) {
	if e.saveExecution(x) {
		e.releaseExecution(x)
	}
}

// saveExecution stores the progress of an execution, so that little is lost if the process ends. It reports success: an
// execution continues without.
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

// releaseExecution drops a stored execution from memory.
func (e *Engine) releaseExecution(x *Execution) {
	if e.Store == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.executions, x.ARN)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/asl"
	"view360/shared/awsconf"
	"view360/shared/collect"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/statemachines"
)

// pipeline is the state machines and their functions in this process, as cdk deploy puts them on AWS: the collect
// machine if there is an AWS to read, the load machine if there is a database.
type pipeline struct {
	*inprocess.Orchestrator
	functions      inprocess.Functions
	collectMachine *asl.Machine
	loadMachine    *asl.Machine
	pacer          *awsconf.Pacer // nil: nothing waits
	watcher        atomic.Pointer[func(inprocess.Call)]
}

// newPipeline returns a pipeline without machines, which keeps its executions in memory.
func newPipeline(staging *object.Store) *pipeline {
	p := &pipeline{functions: inprocess.Functions{}}
	p.Orchestrator = inprocess.NewOrchestrator(p.functions, staging, p.notifyWatcher)
	return p
}

// keptDays is how long an execution is kept after its end, as in Step Functions.
const keptDays = 90

// keepExecutions keeps executions in the state folder, where the next process finds them: what this one leaves running
// can be redriven. The returned function closes the folder.
func (p *pipeline) keepExecutions(state string) (closeFolder func() error, err error) {
	dir := filepath.Join(state, "executions")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the folder of executions: %w", err)
	}
	folder, err := asl.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	p.Engine().Store = folder
	_, err = p.Engine().Recover()
	if err := errors.Join(err, folder.Forget(time.Now().AddDate(0, 0, -keptDays))); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return folder.Close, nil
}

// keepWhileRunning keeps executions in a folder until the returned function removes it: a backfill has more of them than
// fit into memory.
func (p *pipeline) keepWhileRunning(state string) (remove func() error, err error) {
	dir := filepath.Join(state, "running")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil { // a killed process leaves one
		return nil, fmt.Errorf("creating the folder of executions: %w", err)
	}
	folder, err := asl.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	p.Engine().Store = folder
	return func() error { return errors.Join(folder.Close(), os.RemoveAll(dir)) }, nil
}

// addCollect adds the collect machine, whose collectors observe what cfg names.
func (p *pipeline) addCollect(all []collect.Collector, cfg aws.Config, settings plan.Settings, staging, data *object.Store) (err error) {
	addCollectFunctions(p.functions, all, cfg, p.pacer, settings, staging, data, p)
	p.collectMachine, err = inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{
		"Plan": planFunction, "Merge": mergeFunction, "SettleCollect": settleCollectFunction,
	})
	if err != nil {
		return err
	}
	p.Engine().Use(p.collectMachine)
	return nil
}

// addLoad adds the load machine, which loads objects of the named buckets.
func (p *pipeline) addLoad(pool *pgxpool.Pool, bucket func(string) *object.Store) (err error) {
	inprocess.AddLoad(p.functions, pool, bucket, p)
	if p.loadMachine, err = inprocess.ParseMachine("load", statemachines.Load, inprocess.LoadPlaceholders); err != nil {
		return err
	}
	p.Engine().Use(p.loadMachine)
	return nil
}

// watchCalls calls f for every finished call of a function. It replaces the previous f.
func (p *pipeline) watchCalls(f func(inprocess.Call)) { p.watcher.Store(&f) }

func (p *pipeline) notifyWatcher(call inprocess.Call) {
	if f := p.watcher.Load(); f != nil {
		(*f)(call)
	}
}

// StartRedrive continues an execution, which lives as long as the process.
func (p *pipeline) StartRedrive(ctx context.Context, x *asl.Execution) error {
	return p.Engine().StartRedrive(ctx, x)
}

// List returns the executions that nothing contains, newest first.
func (p *pipeline) List() []*asl.Execution { return p.Engine().List() }

// Lookup returns an execution, or a child of one, by its ARN.
func (p *pipeline) Lookup(arn string) (*asl.Execution, bool) { return p.Engine().Lookup(arn) }

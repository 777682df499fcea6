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
	"view360/shared/collect"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/statemachines"
)

// deployment is the state machines and their functions in this process, as cdk deploy puts them on AWS: the collect
// machine where there is an AWS to read, the load machine where there is a database.
type deployment struct {
	*inprocess.Orchestrator
	functions inprocess.Functions
	collects  *asl.Machine
	loads     *asl.Machine
	watcher   atomic.Pointer[func(inprocess.Call)]
}

// newDeployment has neither machine yet, and keeps its executions in memory.
func newDeployment(staging *object.Store) *deployment {
	d := &deployment{functions: inprocess.Functions{}}
	d.Orchestrator = inprocess.NewOrchestrator(d.functions, staging, d.tell)
	return d
}

// keptDays is how long an execution is kept after its end, as in Step Functions.
const keptDays = 90

// keepExecutions keeps executions in the state folder, where the next process finds them: what this one leaves running
// can be redriven. The returned function closes the folder.
func (d *deployment) keepExecutions(state string) (closeFolder func() error, err error) {
	dir := filepath.Join(state, "executions")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of executions: %w", err)
	}
	folder, err := asl.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	d.Engine().Store = folder
	_, err = d.Engine().Recover()
	if err := errors.Join(err, folder.Forget(time.Now().AddDate(0, 0, -keptDays))); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return folder.Close, nil
}

// keepWhileRunning keeps executions in a folder until the returned function removes it: a backfill has more of them than
// fit into memory.
func (d *deployment) keepWhileRunning(state string) (remove func() error, err error) {
	dir := filepath.Join(state, "running")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil { // a killed process leaves one
		return nil, fmt.Errorf("making the folder of executions: %w", err)
	}
	folder, err := asl.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	d.Engine().Store = folder
	return func() error { return errors.Join(folder.Close(), os.RemoveAll(dir)) }, nil
}

// addCollect adds the collect machine, whose collectors observe what cfg names.
func (d *deployment) addCollect(all []collect.Collector, cfg aws.Config, settings plan.Settings, staging, data *object.Store) (err error) {
	addCollectFunctions(d.functions, all, cfg, settings, staging, data, d)
	d.collects, err = inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{
		"Plan": planFunction, "Merge": mergeFunction, "SettleCollect": settleCollectFunction,
	})
	if err != nil {
		return err
	}
	d.Engine().Use(d.collects)
	return nil
}

// addLoad adds the load machine, which loads objects of the named buckets.
func (d *deployment) addLoad(pool *pgxpool.Pool, bucket func(string) *object.Store) (err error) {
	inprocess.AddLoad(d.functions, pool, bucket, d)
	if d.loads, err = inprocess.ParseMachine("load", statemachines.Load, inprocess.LoadPlaceholders); err != nil {
		return err
	}
	d.Engine().Use(d.loads)
	return nil
}

// watch tells f about every finished call of a function, in place of whom it told before.
func (d *deployment) watch(f func(inprocess.Call)) { d.watcher.Store(&f) }

func (d *deployment) tell(call inprocess.Call) {
	if f := d.watcher.Load(); f != nil {
		(*f)(call)
	}
}

// StartRedrive continues an execution, which lives as long as the process.
func (d *deployment) StartRedrive(ctx context.Context, x *asl.Execution) error {
	return d.Engine().StartRedrive(ctx, x)
}

// List returns the executions that nothing contains, newest first.
func (d *deployment) List() []*asl.Execution { return d.Engine().List() }

// Lookup returns an execution, or a child of one, by its ARN.
func (d *deployment) Lookup(arn string) (*asl.Execution, bool) { return d.Engine().Lookup(arn) }

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"view360/shared/asl"
	"view360/shared/page"
	"view360/shared/paging"
)

// remoteExecutions are the executions of a deployment, as the page reads them.
type remoteExecutions struct {
	*asl.Engine
	machines *stateMachines
}

// newRemoteExecutions reads the definitions of the machines. The executions are read while ctx lasts.
func newRemoteExecutions(ctx context.Context, s *stateMachines) (*remoteExecutions, error) {
	e := &asl.Engine{Store: &remoteStore{ctx: ctx, machines: s, loaded: map[string]loadedTrail{}}}
	for _, m := range s.machines {
		described, err := s.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &m.arn})
		if err != nil {
			return nil, fmt.Errorf("reading the state machine: %w", err)
		}
		machine, err := asl.Parse(m.does, []byte(*described.Definition), nil)
		if err != nil {
			return nil, fmt.Errorf("reading the definition of %s: %w", m.arn, err)
		}
		e.Use(machine)
	}
	return &remoteExecutions{e, s}, nil
}

// StartRedrive redrives an execution in the deployment. A refusal is in AWS's words.
func (r *remoteExecutions) StartRedrive(ctx context.Context, x *asl.Execution) error {
	_, err := r.machines.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: &x.ARN})
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return &asl.Failure{Name: refusal.ErrorCode(), Cause: refusal.ErrorMessage()}
	}
	return err
}

// collectAgain starts the collect machine of the deployment for one source of one account.
func (r *remoteExecutions) collectAgain(ctx context.Context, rerun page.Rerun) (string, error) {
	request := map[string]any{"accounts": []string{rerun.Account}, "services": []string{rerun.Source}}
	if len(rerun.Regions) > 0 {
		request["regions"] = rerun.Regions
	}
	return r.machines.startCollect(ctx, "again", request)
}

// remoteStore reads executions with the Step Functions API. It writes none: the engine over it runs nothing.
type remoteStore struct {
	ctx      context.Context // of the program: a store's methods have none
	machines *stateMachines

	mu     sync.Mutex
	loaded map[string]loadedTrail // by ARN: of executions that have ended
}

// loadedTrail is what was read of an execution that ended at a time.
type loadedTrail struct {
	stopped time.Time
	asl.Record
}

const (
	listedExecutions = 1000 // of each machine
	describedFailed  = 50   // of each machine: lists say why these failed
	keptTrails       = 500
)

var errReadOnly = errors.New("executions of a deployment are written by Step Functions only")

// Save returns an error.
func (*remoteStore) Save(asl.Record) error { return errReadOnly }

// Discard returns an error.
func (*remoteStore) Discard(string) error { return errReadOnly }

// List returns the newest executions of each machine. A machine that the caller may not list has none.
func (s *remoteStore) List() (list []asl.Summary) {
	for _, m := range s.machines.machines {
		listed, err := s.machines.ListExecutions(s.ctx, &sfn.ListExecutionsInput{StateMachineArn: &m.arn, MaxResults: listedExecutions})
		if err != nil {
			continue
		}
		found := make([]asl.Summary, len(listed.Executions))
		described := 0
		var group errgroup.Group
		group.SetLimit(historiesAtOnce)
		for i, x := range listed.Executions {
			found[i] = asl.Summary{ARN: *x.ExecutionArn, Name: *x.Name, Machine: m.does, Snapshot: asl.Description{
				Status: asl.Status(x.Status), Started: aws.ToTime(x.StartDate), Stopped: aws.ToTime(x.StopDate),
				Redriven: aws.ToTime(x.RedriveDate), RedriveCount: int(aws.ToInt32(x.RedriveCount)),
			}}
			if x.Status == types.ExecutionStatusSucceeded || x.Status == types.ExecutionStatusRunning || described == describedFailed {
				continue
			}
			described++
			group.Go(func() error {
				if summary, err := s.Summary(found[i].ARN); err == nil { // else the list lacks the reason
					found[i] = summary
				}
				return nil
			})
		}
		_ = group.Wait() // no part returns an error
		list = append(list, found...)
	}
	return list
}

// Summary describes an execution or a child of one.
func (s *remoteStore) Summary(arn string) (asl.Summary, error) {
	x, err := s.machines.DescribeExecution(s.ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return asl.Summary{}, fmt.Errorf("reading execution %s: %w", arn, err)
	}
	summary := asl.Summary{
		ARN: arn, Name: aws.ToString(x.Name), Input: json.RawMessage(aws.ToString(x.Input)), MapRun: aws.ToString(x.MapRunArn),
		Snapshot: asl.Description{
			Status: asl.Status(x.Status), Output: json.RawMessage(aws.ToString(x.Output)), Error: aws.ToString(x.Error), Cause: aws.ToString(x.Cause),
			Started: aws.ToTime(x.StartDate), Stopped: aws.ToTime(x.StopDate), Redriven: aws.ToTime(x.RedriveDate), RedriveCount: int(aws.ToInt32(x.RedriveCount)),
		},
	}
	machine, _, _ := strings.Cut(aws.ToString(x.StateMachineArn), "/") // a child's goes on with the label of the map
	for _, m := range s.machines.machines {
		if m.arn == machine {
			summary.Machine = m.does
		}
	}
	return summary, nil
}

// Load reads an execution with its history and its map runs.
func (s *remoteStore) Load(arn string) (asl.Record, error) {
	summary, err := s.Summary(arn)
	if err != nil {
		return asl.Record{}, err
	}
	s.mu.Lock()
	known, cached := s.loaded[arn]
	s.mu.Unlock()
	stopped := summary.Snapshot.Stopped
	if cached && !stopped.IsZero() && stopped.Equal(known.stopped) {
		return known.Record, nil
	}
	record, err := s.loadTrail(summary)
	if err == nil && !stopped.IsZero() {
		s.keepTrail(loadedTrail{stopped, record})
	}
	return record, err
}

func (s *remoteStore) keepTrail(trail loadedTrail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.loaded) >= keptTrails {
		clear(s.loaded)
	}
	s.loaded[trail.ARN] = trail
}

func (s *remoteStore) loadTrail(summary asl.Summary) (r asl.Record, err error) {
	if summary.MapRun != "" {
		run, err := s.machines.DescribeMapRun(s.ctx, &sfn.DescribeMapRunInput{MapRunArn: &summary.MapRun})
		if err != nil {
			return r, fmt.Errorf("reading map run %s: %w", summary.MapRun, err)
		}
		summary.Parent = aws.ToString(run.ExecutionArn)
	}
	r.Summary = summary
	pages := sfn.NewGetExecutionHistoryPaginator(s.machines.Client, &sfn.GetExecutionHistoryInput{ExecutionArn: &summary.ARN, MaxResults: 1000})
	for page, err := range paging.ReadPages(s.ctx, pages) {
		if err != nil {
			return r, fmt.Errorf("reading the history of %s: %w", summary.ARN, err)
		}
		for _, e := range page.Events {
			event, err := toWholeEvent(e)
			if err != nil {
				return r, err
			}
			r.History = append(r.History, event)
		}
	}
	if summary.MapRun == "" {
		r.MapRuns, err = s.loadMapRuns(summary.ARN)
	}
	return r, err
}

// toWholeEvent converts an event with all of its details: the one member that is named after the type.
func toWholeEvent(e types.HistoryEvent) (asl.Event, error) {
	event := asl.Event{ID: e.Id, PreviousID: e.PreviousEventId, Type: string(e.Type), Time: aws.ToTime(e.Timestamp)}
	members := reflect.ValueOf(e)
	for i := range members.NumField() {
		if member := members.Field(i); !strings.HasSuffix(members.Type().Field(i).Name, "EventDetails") || member.IsNil() {
			continue
		}
		text, err := json.Marshal(members.Field(i).Interface())
		if err == nil {
			err = json.Unmarshal(text, &event.Details)
		}
		if err != nil {
			return event, fmt.Errorf("converting event %d: %w", e.Id, err)
		}
	}
	return event, nil
}

func (s *remoteStore) loadMapRuns(arn string) (runs []asl.MapRun, err error) {
	for page, err := range paging.ReadPages(s.ctx, sfn.NewListMapRunsPaginator(s.machines.Client, &sfn.ListMapRunsInput{ExecutionArn: &arn})) {
		if err != nil {
			return nil, fmt.Errorf("listing the map runs of %s: %w", arn, err)
		}
		for _, item := range page.MapRuns {
			run, err := s.loadMapRun(*item.MapRunArn)
			if err != nil {
				return nil, err
			}
			runs = append(runs, run)
		}
	}
	return runs, nil
}

func (s *remoteStore) loadMapRun(arn string) (asl.MapRun, error) {
	x, err := s.machines.DescribeMapRun(s.ctx, &sfn.DescribeMapRunInput{MapRunArn: &arn})
	if err != nil {
		return asl.MapRun{}, fmt.Errorf("reading map run %s: %w", arn, err)
	}
	_, label, _ := strings.Cut(arn, "/")
	label, _, _ = strings.Cut(label, ":")
	run := asl.MapRun{
		ARN: arn, Execution: aws.ToString(x.ExecutionArn), State: label, Status: asl.Status(x.Status), Started: aws.ToTime(x.StartDate),
		Stopped: aws.ToTime(x.StopDate), Redriven: aws.ToTime(x.RedriveDate), RedriveCount: int(aws.ToInt32(x.RedriveCount)),
		MaxConcurrency: int(x.MaxConcurrency), ToleratedPercentage: float64(x.ToleratedFailurePercentage),
	}
	for page, err := range paging.ReadPages(s.ctx, sfn.NewListExecutionsPaginator(s.machines.Client, &sfn.ListExecutionsInput{MapRunArn: &arn})) {
		if err != nil {
			return run, fmt.Errorf("listing the child executions of %s: %w", arn, err)
		}
		for _, child := range page.Executions {
			run.Children = append(run.Children, asl.Child{ARN: *child.ExecutionArn, Status: asl.Status(child.Status)})
		}
	}
	return run, nil
}

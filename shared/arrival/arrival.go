// Package arrival starts the loads of snapshots that have arrived, as many at once as the database and the account's
// Lambda quota take. The snapshots wait in a queue meanwhile, so that no loader is throttled and none has to be retried.
//
// It calls Step Functions ListExecutions, once a second while loads wait, and StartExecution once for each snapshot.
package arrival

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/plan"
)

// Executions is the part of the Step Functions client that Handle uses.
type Executions interface {
	sfn.ListExecutionsAPIClient
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

// Handler is the arrival function. Its queue must invoke few at once: each counts only the running loads that Step
// Functions lists, which lags by seconds, and those that it has just started itself. It is safe for concurrent use.
type Handler struct {
	Machine    string // ARN of the load machine
	Executions Executions
	Limit      int // loads that run at once

	mu     sync.Mutex
	recent map[string]time.Time // by ARN: the executions that may not be listed yet
}

const (
	// loadShare is the share of the Lambda quota, in percent, for loaders.
	loadShare = 25
	// functionsPerLoad is the number of functions that one load runs at once: a loader for each table group.
	functionsPerLoad = 6
	// recheck is the time between two counts of the running loads, which keeps below the quota of ListExecutions.
	recheck = time.Second
	// listingLag is the time after which Step Functions lists an execution.
	listingLag = 5 * time.Second
)

// SizeLimit returns the number of loads that may run at once: limit, or fewer if the account's quota is small.
func SizeLimit(ctx context.Context, quota plan.Quota, limit int) (int, error) {
	unreserved, err := quota.ReadUnreserved(ctx)
	if err != nil {
		return 0, err
	}
	return max(1, min(limit, unreserved*loadShare/100/functionsPerLoad)), nil
}

// Handle starts the load of the snapshot of each message, in order, and returns when the last has started. Its errors are
// those of package fault; after one, the queue delivers the messages again, and those whose load has started are skipped.
func (h *Handler) Handle(ctx context.Context, event events.SQSEvent) (struct{}, error) {
	for _, message := range event.Records {
		if err := h.startLoad(ctx, message); err != nil {
			return struct{}{}, fault.Classify(err)
		}
	}
	return struct{}{}, nil
}

// startLoad waits until a load may start and starts it. The execution has the name of the message, so that a message that
// is delivered twice starts one.
func (h *Handler) startLoad(ctx context.Context, message events.SQSMessage) error {
	if err := h.waitForRoom(ctx); err != nil {
		return err
	}
	name := "arrival-" + message.MessageId
	started, err := h.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &h.Machine, Name: &name, Input: &message.Body,
	})
	var already *types.ExecutionAlreadyExists
	switch {
	case errors.As(err, &already):
		return nil
	case err != nil:
		return fmt.Errorf("starting the load of message %s: %w", message.MessageId, err)
	}
	slog.InfoContext(ctx, "started", "execution", name)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.recent == nil {
		h.recent = map[string]time.Time{}
	}
	h.recent[aws.ToString(started.ExecutionArn)] = time.Now()
	return nil
}

// waitForRoom returns when fewer loads run than the limit.
func (h *Handler) waitForRoom(ctx context.Context) error {
	for {
		running, err := h.countRunning(ctx)
		if err != nil {
			return fmt.Errorf("counting the running loads: %w", err)
		}
		if running < h.Limit {
			return nil
		}
		select {
		case <-time.After(recheck):
		case <-ctx.Done():
			return fmt.Errorf("waiting for one of %d loads to end: %w", h.Limit, ctx.Err())
		}
	}
}

// countRunning returns the number of running loads, or the limit if there are more.
func (h *Handler) countRunning(ctx context.Context) (int, error) {
	running := h.listRecent()
	pages := sfn.NewListExecutionsPaginator(h.Executions, &sfn.ListExecutionsInput{
		StateMachineArn: &h.Machine, StatusFilter: types.ExecutionStatusRunning, MaxResults: int32(h.Limit),
	}, func(o *sfn.ListExecutionsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return 0, err
		}
		for _, x := range page.Executions {
			running[aws.ToString(x.ExecutionArn)] = true
		}
		if len(running) >= h.Limit {
			break
		}
	}
	return min(len(running), h.Limit), nil
}

// listRecent returns the executions that this function has started and that may not be listed yet.
func (h *Handler) listRecent() map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.recent, func(_ string, started time.Time) bool { return time.Since(started) > listingLag })
	recent := map[string]bool{}
	for arn := range h.recent {
		recent[arn] = true
	}
	return recent
}

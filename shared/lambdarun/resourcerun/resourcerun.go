// Package resourcerun handles the events of CloudFormation custom resources, for functions behind them.
package resourcerun

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"view360/shared/fault"
)

// Work creates or updates the resource and returns its attributes.
type Work func(context.Context) (map[string]any, error)

// Handler handles the events of one custom resource.
type Handler struct {
	// ID is the resource's physical id. It is constant, so that CloudFormation never handles an update as a replacement.
	ID   string
	Work Work
}

// The last part of the function's time is kept for the response: CloudFormation would wait much longer for one that never
// comes. Work must end when its context does; if it does not, the response is sent without it.
const (
	responseReserve = 30 * time.Second
	stopReserve     = 10 * time.Second
)

// Handle calls Work, unless the resource is deleted, and sends the result to CloudFormation, unless the event has no
// response URL because it was invoked manually. It also returns a failure as the function's error, so that alarms count
// it. Its errors are those of package fault.
func (h Handler) Handle(ctx context.Context, event cfn.Event) (map[string]any, error) {
	var attributes map[string]any
	var failure error
	if event.RequestType != cfn.RequestDelete {
		attributes, failure = h.work(ctx)
	}
	if event.ResponseURL == "" {
		return attributes, fault.Classify(failure)
	}
	response := cfn.NewResponse(&event)
	response.PhysicalResourceID, response.Data, response.Status = h.ID, attributes, cfn.StatusSuccess
	if failure != nil {
		response.Status, response.Reason = cfn.StatusFailed, formatReason(failure)
	}
	if err := response.Send(); err != nil {
		return nil, fault.Classify(fmt.Errorf("sending the response to CloudFormation: %w", err))
	}
	return attributes, fault.Classify(failure)
}

// work calls Work and returns before the deadline of ctx.
func (h Handler) work(ctx context.Context) (map[string]any, error) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return h.Work(ctx)
	}
	working, cancel := context.WithDeadline(ctx, deadline.Add(-responseReserve))
	defer cancel()
	stopping, stop := context.WithDeadline(ctx, deadline.Add(-stopReserve))
	defer stop()
	type result struct {
		attributes map[string]any
		err        error
	}
	done := make(chan result, 1)
	go func() {
		attributes, err := h.Work(working)
		done <- result{attributes, err}
	}()
	select {
	case r := <-done:
		return r.attributes, r.err
	case <-stopping.Done():
		return nil, fmt.Errorf("working until the function's deadline: %w", context.DeadlineExceeded)
	}
}

// maxReason keeps a response below CloudFormation's limit of 4 KB.
const maxReason = 2000

func formatReason(err error) string {
	text := err.Error()
	return text[:min(len(text), maxReason)]
}

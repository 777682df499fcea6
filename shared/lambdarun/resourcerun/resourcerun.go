// Package resourcerun handles the events of CloudFormation custom resources, for functions behind them.
package resourcerun

import (
	"context"
	"fmt"

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

// Handle calls Work, unless the resource is deleted, and sends the result to CloudFormation, unless the event has no
// response URL because it was invoked manually. It also returns a failure as the function's error, so that alarms count
// it. Its errors are those of package fault.
func (h Handler) Handle(ctx context.Context, event cfn.Event) (map[string]any, error) {
	var attributes map[string]any
	var failure error
	if event.RequestType != cfn.RequestDelete {
		attributes, failure = h.Work(ctx)
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

// maxReason keeps a response below CloudFormation's limit of 4 KB.
const maxReason = 2000

func formatReason(err error) string {
	text := err.Error()
	return text[:min(len(text), maxReason)]
}

// Package resourcerun is lambdarun for the functions behind custom resources of CloudFormation.
package resourcerun

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/cfn"

	"view360/shared/fault"
)

// Work is done when the resource is created or updated, and returns the resource's attributes.
type Work func(context.Context) (map[string]any, error)

// Handler answers the requests of one custom resource.
type Handler struct {
	// ID is the resource's physical id. It stays the same, so that an update is never taken for a replacement.
	ID   string
	Work Work
}

// Handle does the work and tells CloudFormation how it went. Deleting the resource leaves what was done as it is. Invoked
// by hand, without an address to answer to, it only works. A failure is told to CloudFormation, and is the function.s own
// error as well, so that alarms count it.
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
		response.Status, response.Reason = cfn.StatusFailed, reason(failure)
	}
	if err := response.Send(); err != nil {
		return nil, fault.Classify(fmt.Errorf("answering CloudFormation: %w", err))
	}
	return attributes, fault.Classify(failure)
}

// maxReason keeps an answer below the 4 KB that CloudFormation takes.
const maxReason = 2000

func reason(err error) string {
	text := err.Error()
	return text[:min(len(text), maxReason)]
}

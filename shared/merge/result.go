package merge

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
)

// CollectorResult is what one collector returned, or the error that the state machine caught.
type CollectorResult struct {
	collect.Output
	Error string `json:"error,omitempty"` // name of the error, such as AccessDeniedError
	Cause string `json:"cause,omitempty"` // as Lambda reports it: {"errorMessage","errorType"}
}

// Outcomes returns how the collectors of this run ended, in the order of Results. Of a failure it has only the error's
// name and text, which the state machine caught.
func (in Input) Outcomes() []outcome.Outcome {
	outcomes := make([]outcome.Outcome, len(in.Results))
	for i, result := range in.Results {
		outcomes[i] = result.toOutput(in.Request).Outcome
	}
	return outcomes
}

// readOutputs returns the outputs of this run's collectors. A collector that failed has staged its outcome.
func (h Handler) readOutputs(ctx context.Context, in Input) ([]collect.Output, error) {
	outputs := make([]collect.Output, len(in.Results))
	group, ctx := errgroup.WithContext(ctx)
	for i, result := range in.Results { // at most one for each source of the catalog
		outputs[i] = result.toOutput(in.Request)
		if result.Error == "" {
			continue
		}
		group.Go(func() error { return h.addFailure(ctx, in, &outputs[i].Outcome) })
	}
	return outputs, group.Wait()
}

// addFailure completes the outcome of a collector that failed with what the collector staged in this run. A function that
// was killed, or ran out of time, has staged nothing, or only what an earlier attempt met: its requests count then.
func (h Handler) addFailure(ctx context.Context, in Input, o *outcome.Outcome) error {
	where := in.Request
	if o.SourceName == "account" {
		where.Region = in.Home
	}
	name, err := where.Name()
	if err != nil {
		return err
	}
	var staged outcome.Outcome
	err = h.Staging.GetJSON(ctx, name.FailureKey(o.SourceName), &staged)
	switch {
	case object.IsMissing(err):
		return nil
	case err != nil:
		return err
	case staged.Run != in.Request.Run:
		return nil
	case staged.Class != o.Class:
		o.AddCounts(staged)
		return nil
	}
	staged.Region, staged.Reason = o.Region, o.Reason
	*o = staged
	return nil
}

// toOutput returns r as an output: a caught error becomes an outcome with the status that the error's name stands for.
func (r CollectorResult) toOutput(in collect.Input) collect.Output {
	out := r.Output
	if out.SourceName == "account" {
		out.Region = in.Region // collected once, part of every region's snapshot
	}
	if r.Error == "" {
		return out
	}
	out.Account, out.Region, out.Run, out.CollectedAt = in.Account, in.Region, in.Run, in.Now
	out.Status, out.Class = outcome.FromError(r.Error), r.Error
	out.Reason = explainAssumeRole(fault.CauseMessage(r.Error, r.Cause), in)
	return out
}

// explainAssumeRole adds to the reason what to check if a member role cannot be assumed. AWS answers alike to a missing
// role, a trust policy and an external id.
func explainAssumeRole(reason string, in collect.Input) string {
	if reason != "denied sts:AssumeRole" || in.Role == nil {
		return reason
	}
	problem := "the role is missing or its trust policy does not name this deployment"
	if in.Role.ExternalID != "" {
		problem += " with its external id"
	}
	return fmt.Sprintf("%s of %s: %s", reason, in.Role.ARN, problem)
}

func toOutcomes(outputs []collect.Output) []outcome.Outcome {
	outcomes := make([]outcome.Outcome, len(outputs))
	for i, o := range outputs {
		outcomes[i] = o.Outcome
	}
	return outcomes
}

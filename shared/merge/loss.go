package merge

import (
	"context"
	"time"

	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// lastOutcome is what is remembered of a source from run to run.
type lastOutcome struct {
	PassedAt time.Time `json:"passed_at,omitzero"` // last success; zero: never
	Lost     bool      `json:"lost,omitempty"`     // reported already
}

// Loss is a source that was read before and does not apply now.
type Loss struct {
	Account  string    `json:"account"`
	Region   string    `json:"region"`
	Service  string    `json:"service"`
	Reason   string    `json:"reason"`
	PassedAt time.Time `json:"passed_at"` // last success
}

// trackLosses compares the outcomes with those of earlier runs and writes the sources that are lost since then for Settle,
// each once until it passes again. A past date says nothing about the present.
func (h Handler) trackLosses(ctx context.Context, in collect.Input, outcomes []outcome.Outcome) error {
	if in.History || in.AccountState != "" {
		return nil
	}
	key, last := snapshot.LastOutcomesKey(in.Account, in.Region), map[string]lastOutcome{}
	if err := h.Staging.GetJSON(ctx, key, &last); err != nil && !object.IsMissing(err) {
		return err
	}
	losses := updateLast(last, outcomes)
	if len(losses) > 0 { // first, so that a run that is cut here reports them again
		if err := h.Staging.PutJSON(ctx, snapshot.LossesKey(in.Run, in.Account, in.Region), losses); err != nil {
			return err
		}
	}
	return h.Staging.PutJSON(ctx, key, last)
}

// updateLast puts the outcomes into last and returns the new losses.
func updateLast(last map[string]lastOutcome, outcomes []outcome.Outcome) (losses []Loss) {
	for _, o := range outcomes {
		before := last[o.SourceName]
		switch {
		case o.Status == outcome.Passed, o.Status == outcome.Warned:
			last[o.SourceName] = lastOutcome{PassedAt: o.CollectedAt}
		case o.Status == outcome.Skipped, !o.Status.IsNotApplicable(), before.PassedAt.IsZero(), before.Lost:
		default:
			losses = append(losses, Loss{o.Account, o.Region, o.SourceName, o.Text(), before.PassedAt})
			last[o.SourceName] = lastOutcome{PassedAt: before.PassedAt, Lost: true}
		}
	}
	return losses
}

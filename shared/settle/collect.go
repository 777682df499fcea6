package settle

import (
	"context"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/plan"
	"view360/shared/snapshot"
)

// CollectInput is the input of the settle function of the collect machine.
type CollectInput struct {
	Execution string    `json:"execution"` // ARN
	Plan      plan.Plan `json:"plan"`
}

// CollectOutput is the output: what to collect again.
type CollectOutput struct {
	Retry     bool      `json:"again"` // collect Plan, which has only what failed
	Plan      plan.Plan `json:"plan"`
	Published int       `json:"published"` // snapshots of one account, region, and date
}

// CollectHandler is the settle function of the collect machine.
type CollectHandler struct {
	Executions API
	Staging    *object.Store
}

// Handle compares the plan of a run with its reports. It fails with [PartialSnapshot] if a source failed or a snapshot was
// not published. After a redrive of the execution it returns a plan of these instead.
func (c CollectHandler) Handle(ctx context.Context, in CollectInput) (CollectOutput, error) {
	out, partial, err := c.settleRun(ctx, in)
	if err != nil {
		return CollectOutput{}, fault.Classify(err)
	}
	if partial != nil {
		return CollectOutput{}, partial
	}
	return out, nil
}

func (c CollectHandler) settleRun(ctx context.Context, in CollectInput) (CollectOutput, *Partial, error) {
	run, err := c.readRun(ctx, in.Plan.Run)
	if err != nil {
		return CollectOutput{}, nil, err
	}
	if err := c.reportLosses(ctx, in.Plan.Run); err != nil {
		return CollectOutput{}, nil, err
	}
	if err := plan.RecordTaken(ctx, c.Staging, in.Plan.Run); err != nil {
		return CollectOutput{}, nil, err
	}
	out := CollectOutput{Plan: in.Plan, Published: len(run.reported)}
	switch {
	case len(run.failed) == 0 && len(run.problems) == 0:
		return out, nil, nil
	case len(run.failed) == 0:
		return CollectOutput{}, &Partial{Name: PartialSnapshot, Lines: run.listFailures()}, nil
	}
	redrives, err := readRedriveCount(ctx, c.Executions, in.Execution)
	if err != nil {
		return CollectOutput{}, nil, err
	}
	if redrives <= in.Plan.Redrives {
		return CollectOutput{}, &Partial{Name: PartialSnapshot, Lines: run.listFailures()}, nil
	}
	out.Retry, out.Plan.Redrives = true, redrives
	out.Plan.Key = snapshot.PlanKey(in.Plan.Run, redrives)
	out.Plan.Snapshots, err = plan.WriteList(ctx, c.Staging, out.Plan.Key, func(add func(plan.Entry) error) error {
		return c.visitPlan(ctx, in.Plan.Run, func(entry plan.Entry) error {
			if failed, found := run.keepFailed(entry); found {
				return add(failed)
			}
			return nil
		})
	})
	return out, nil, err
}

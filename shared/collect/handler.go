package collect

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Handler is the function of one collector.
type Handler struct {
	Collector Collector
	// Config has the function's own credentials, which assume the role of an input that has one.
	Config aws.Config
	// Actions lists the IAM actions of the session policy of an assumed role.
	Actions []string
	// Staging stores the parts.
	Staging *object.Store
	// Callers finds the account that credentials act in; handlers with the same credentials share one. nil: each input asks.
	Callers *awsconf.Callers
	// Pacer paces the requests; the handlers of a process share one. nil: nothing waits, as simulated services have no quotas.
	Pacer *awsconf.Pacer
}

// Handle collects the source for one account and region, and stages a part and an output for each day. If the source does
// not apply, it returns an output and no error. Any other failure is an error type of package fault, which the state machine
// matches to retry or to fail; its outcome is staged at [snapshot.Name.FailureKey].
func (h Handler) Handle(ctx context.Context, in Input) (Output, error) {
	started := time.Now()
	// What is read is staged even if the run is interrupted: it may have been paid for, and the next run takes it from there.
	staging := context.WithoutCancel(ctx)
	days, err := h.openDays(staging, in)
	if err != nil {
		return Output{}, err
	}
	meter := &awsconf.Meter{}
	failure := h.collectDays(ctx, in, meter, days)

	out := h.buildOutput(in, days[0].Part, failure)
	out.Calls, out.Throttles, out.PaidCalls = meter.Calls(), meter.Throttles(), meter.PaidCalls()
	out.DurationMS = time.Since(started).Milliseconds()
	if failure == nil {
		out.Earlier, failure = h.stageEarlier(staging, in, days)
	}
	logOutcome(ctx, out.Outcome)
	if failure != nil && !out.Status.IsNotApplicable() {
		failure = fault.Classify(failure)
		h.stageFailure(ctx, in, out.Outcome, failure)
		return Output{}, failure
	}
	return out, fault.Classify(h.stageOutput(staging, in, out))
}

// openDays returns the days to collect, the newest first: the input's own, and the earlier days if the collector reads many.
func (h Handler) openDays(ctx context.Context, in Input) ([]Day, error) {
	if _, err := snapshot.ParseAccount(in.Account); err != nil {
		return nil, fault.New(outcome.Invalid, "reading the request: %w", err)
	}
	count := 1
	if h.Collector.CollectDays != nil {
		count += in.EarlierDays
	}
	days := make([]Day, count)
	for i := range days {
		before := in.DaysBefore(i)
		name, err := before.Name()
		if err != nil {
			return nil, fault.New(outcome.Invalid, "request date %q is not YYYY-MM-DD", before.Date)
		}
		days[i] = Day{Scope: before.buildScope(), Part: newPart(ctx, h.Staging, name.PartPrefix(h.Collector.SourceName))}
	}
	return days, nil
}

// collectDays reads the source, then stages the parts if it succeeded and drops them if it failed.
func (h Handler) collectDays(ctx context.Context, in Input, meter *awsconf.Meter, days []Day) error {
	cfg, err := awsconf.ForTarget(h.Config, h.buildTarget(in))
	if err == nil {
		err = h.checkAccount(ctx, cfg, in)
	}
	if err == nil {
		cfg = awsconf.WithMeter(h.Pacer.Pace(cfg, in.Account), meter)
		err = h.readOn(ctx, cfg, in, days)
	}
	for _, day := range days {
		if err != nil {
			day.Part.abortStreams(err)
			continue
		}
		err = day.Part.closeStreams()
	}
	return err
}

// checkAccount returns an error unless the credentials of cfg act in the account of the input: what they read would be
// published as another account's. An account that left is not read.
func (h Handler) checkAccount(ctx context.Context, cfg aws.Config, in Input) error {
	if in.AccountState != "" || cfg.Credentials == nil {
		return nil
	}
	own := h.Config.Copy() // STS is asked in the function's own region: a member may have closed the others
	own.Credentials = cfg.Credentials
	acting, err := cmp.Or(h.Callers, &awsconf.Callers{}).FindAccount(ctx, own)
	var none *awsconf.NoCredentialsError
	if errors.As(err, &none) {
		return nil // nothing can be read, and the collector's first call says why
	}
	if err != nil || acting == in.Account {
		return err
	}
	return fault.New(outcome.Invalid, "the credentials act in account %s: nothing was read for account %s. "+
		"Name a role of that account to assume, or use its own credentials", acting, in.Account)
}

func (h Handler) readSource(ctx context.Context, cfg aws.Config, days []Day) error {
	if h.Collector.CollectDays != nil {
		return h.Collector.CollectDays(ctx, cfg, days)
	}
	return h.Collector.Collect(ctx, cfg, days[0].Scope, days[0].Part)
}

// stageEarlier stages the outputs of the earlier days that have sections, and returns their dates.
func (h Handler) stageEarlier(ctx context.Context, in Input, days []Day) (dates []string, err error) {
	for i, day := range days[1:] {
		if len(day.Part.sections) == 0 {
			continue
		}
		before := in.DaysBefore(i + 1)
		if err := h.stageOutput(ctx, before, h.buildOutput(before, day.Part, nil)); err != nil {
			return nil, err
		}
		dates = append(dates, before.Date)
	}
	return dates, nil
}

func (h Handler) buildOutput(in Input, part *Part, failure error) Output {
	out := part.toOutput(failure)
	out.Account, out.Region, out.SourceName, out.Run = in.Account, in.Region, h.Collector.SourceName, in.Run
	out.CollectedAt = in.Now.UTC()
	return out
}

func (h Handler) stageOutput(ctx context.Context, in Input, out Output) error {
	name, err := in.Name()
	if err != nil {
		return err
	}
	return h.Staging.PutJSON(ctx, name.OutputKey(h.Collector.SourceName), out)
}

// stageFailure stores the outcome of a failed attempt, with the requests of the run's earlier attempts, because the state
// machine passes on only the error's name and text. It only logs its own failure, so that the collector's is returned.
func (h Handler) stageFailure(ctx context.Context, in Input, o outcome.Outcome, failure error) {
	name, err := in.Name()
	if err != nil {
		return
	}
	key := name.FailureKey(h.Collector.SourceName)
	var earlier outcome.Outcome
	if err := h.Staging.GetJSON(ctx, key, &earlier); err == nil && earlier.Run == o.Run {
		o.AddCounts(earlier)
	}
	o.Class = o.Status.Info().Error
	if err := h.Staging.PutJSON(ctx, key, o); err != nil {
		slog.WarnContext(ctx, "outcome not staged", "key", key, "error", err, "failure", failure)
	}
}

func (h Handler) buildTarget(in Input) awsconf.Target {
	target := awsconf.Target{Region: in.Region, Session: in.Run}
	if in.Role != nil {
		target.RoleARN, target.ExternalID, target.Actions = in.Role.ARN, in.Role.ExternalID, h.Actions
	}
	return target
}

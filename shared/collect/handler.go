package collect

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/metrics"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// Handler is the function of one collector.
type Handler struct {
	Collector Collector
	// Config names the function's own credentials; a request with a role assumes it from there.
	Config aws.Config
	// Actions are the IAM actions of the session policy when a role is assumed.
	Actions []string
	// Staging is where parts are written.
	Staging *object.Store
}

// OutcomeKey is where a source's outcome is kept, beside its part.
func OutcomeKey(name snapshot.Name, word string) string {
	return name.StagingPrefix() + word + "/outcome.json"
}

// Handle collects the source for one account and region and stages the part and its outcome, for each day of a span its
// own. A source that does not apply is an outcome without an error. Anything else that keeps the source from being read
// is one of the error types of package fault, so that the state machine can tell a retry from a failure; nothing is
// staged then.
func (h Handler) Handle(ctx context.Context, request Input) (Outcome, error) {
	started := time.Now()
	days, err := h.days(ctx, request)
	if err != nil {
		return Outcome{}, err
	}
	cfg, err := awsconf.ForTarget(h.Config, h.target(request))
	if err != nil {
		return Outcome{}, fault.Classify(err)
	}
	meter := &awsconf.Meter{}
	cfg = awsconf.WithMeter(awsconf.WithRate(cfg, h.Collector.Rate.PerSecond, h.Collector.Rate.Burst), meter)

	failure := h.collect(ctx, cfg, days)

	outcome := h.outcome(request, days[0].Part, failure)
	outcome.Calls, outcome.Throttles, outcome.PaidCalls = meter.Calls(), meter.Throttles(), meter.PaidCalls()
	outcome.DurationMS = time.Since(started).Milliseconds()
	if failure == nil {
		outcome.Earlier, failure = h.stageEarlier(ctx, request, days)
	}
	outcome.log(ctx)
	if failure != nil && !outcome.Status.NotApplicable() {
		return Outcome{}, fault.Classify(failure)
	}
	return outcome, fault.Classify(h.stage(ctx, request, outcome))
}

// days are the days that the request asks for, the newest first: its own, and for a source that spans days those before.
func (h Handler) days(ctx context.Context, request Input) ([]Day, error) {
	count := 1
	if h.Collector.CollectDays != nil {
		count += request.EarlierDays
	}
	days := make([]Day, count)
	for i := range days {
		on := request.DaysBefore(i)
		name, err := on.Name()
		if err != nil {
			return nil, fault.New(fault.Invalid, "request date %q is not YYYY-MM-DD", on.Date)
		}
		days[i] = Day{Scope: on.scope(), Part: newPart(ctx, h.Staging, name.StagingPrefix()+h.Collector.Source+"/")}
	}
	return days, nil
}

// collect reads the source and ends the parts: published when it succeeded, dropped when it did not.
func (h Handler) collect(ctx context.Context, cfg aws.Config, days []Day) error {
	read := func() error { return h.Collector.Collect(ctx, cfg, days[0].Scope, days[0].Part) }
	if h.Collector.CollectDays != nil {
		read = func() error { return h.Collector.CollectDays(ctx, cfg, days) }
	}
	err := read()
	for _, day := range days {
		if err != nil {
			day.Part.abort(err)
			continue
		}
		err = day.Part.close()
	}
	return err
}

// stageEarlier stages the outcomes of the days before the request's own that hold something, and returns their dates.
func (h Handler) stageEarlier(ctx context.Context, request Input, days []Day) (dates []string, err error) {
	for i, day := range days[1:] {
		if len(day.Part.sections) == 0 {
			continue
		}
		on := request.DaysBefore(i + 1)
		if err := h.stage(ctx, on, h.outcome(on, day.Part, nil)); err != nil {
			return nil, err
		}
		dates = append(dates, on.Date)
	}
	return dates, nil
}

func (h Handler) outcome(request Input, part *Part, failure error) Outcome {
	outcome := part.outcome(failure)
	outcome.Account, outcome.Region, outcome.SourceName, outcome.Run = request.Account, request.Region, h.Collector.Source, request.Run
	outcome.CollectedAt = request.Now.UTC()
	return outcome
}

func (h Handler) stage(ctx context.Context, request Input, outcome Outcome) error {
	name, err := request.Name()
	if err != nil {
		return err
	}
	return h.Staging.PutJSON(ctx, OutcomeKey(name, h.Collector.Source), outcome)
}

func (h Handler) target(request Input) awsconf.Target {
	target := awsconf.Target{Region: request.Region, Session: request.Run}
	if request.Role != nil {
		target.RoleARN, target.ExternalID, target.Actions = request.Role.ARN, request.Role.ExternalID, h.Actions
	}
	return target
}

// outcome is what the part holds, or why it holds nothing.
func (p *Part) outcome(failure error) Outcome {
	o := Outcome{Status: Passed, Messages: p.messages, Warnings: p.warnings}
	switch {
	case failure != nil:
		o.Status, o.Reason = statusOf(failure), fault.Reason(failure)
		return o
	case p.warnings > 0:
		o.Status, o.Reason = Warned, p.warned
	case p.skipped != "":
		o.Reason = p.skipped
		if p.items == 0 {
			o.Status = Skipped
		}
	}
	o.Sections, o.Items, o.Bytes = p.sections, p.items, p.bytes
	return o
}

// statusOf is the status of a source that failed as a whole.
func statusOf(err error) Status {
	switch class := fault.ClassOf(err); {
	case class.NotApplicable(), class == fault.Denied:
		return Status(class)
	default:
		return Failed
	}
}

func (o Outcome) log(ctx context.Context) {
	slog.InfoContext(ctx, "collected", "account", o.Account, "region", o.Region, "service", o.SourceName, "execution", o.Run,
		"status", o.Status, "reason", o.Reason, "items", o.Items, "bytes", o.Bytes, "warnings", o.Warnings,
		"calls", o.Calls, "throttles", o.Throttles, "paid_calls", o.PaidCalls, "duration_ms", o.DurationMS,
		"failed", o.failed(), metrics.BuildAttr(metrics.Collected))
}

// failed is 1 for a source that could not be read, as a metric counts it.
func (o Outcome) failed() int {
	if o.Status.Failure() {
		return 1
	}
	return 0
}

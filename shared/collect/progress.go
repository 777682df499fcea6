package collect

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
)

// saveShare is the share of an attempt's time, as its inverse, that is left to save what AWS has answered.
const saveShare = 10

// readOn reads the source within the time that is left. If that is too short, it saves what AWS has answered, so that the
// next attempt of the state machine asks only for the rest. A context without a deadline needs none of this.
func (h Handler) readOn(ctx context.Context, cfg aws.Config, in Input, days []Day) (err error) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return h.readSource(ctx, cfg, days)
	}
	progress, err := awsconf.NewProgress()
	if err != nil {
		slog.WarnContext(ctx, "reading without keeping what AWS answers", "error", err)
		return h.readSource(ctx, cfg, days)
	}
	defer func() { err = errors.Join(err, progress.Close()) }()
	if in.Attempt > 0 {
		h.loadProgress(ctx, in, progress)
	}
	loaded := progress.Count()

	early, cancel := context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/saveShare))
	defer cancel()
	err = h.readSource(early, awsconf.WithProgress(cfg, progress), days)
	if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || progress.Count() == loaded {
		return err
	}
	if saveErr := h.saveProgress(ctx, in, progress); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	return fault.New(outcome.Transient, "out of time after %d answers of AWS, which the next attempt has: %w", progress.Count(), err)
}

// loadProgress takes the answers to the attempt before, if it saved any. Without them this attempt starts over.
func (h Handler) loadProgress(ctx context.Context, in Input, progress *awsconf.Progress) {
	name, err := in.Name()
	if err != nil {
		return // the request was checked
	}
	key := name.ProgressKey(h.Collector.SourceName, in.Run)
	body, _, err := h.Staging.Open(ctx, object.Version{Key: key})
	if err != nil {
		return // most attempts fail for other reasons than time
	}
	defer body.Close()
	if err := progress.Load(body); err != nil {
		slog.WarnContext(ctx, "part of the answers to the attempt before is lost", "key", key, "error", err)
	}
}

func (h Handler) saveProgress(ctx context.Context, in Input, progress *awsconf.Progress) error {
	name, err := in.Name()
	if err != nil {
		return err
	}
	_, err = h.Staging.Put(ctx, name.ProgressKey(h.Collector.SourceName, in.Run), progress.Reader())
	return err
}

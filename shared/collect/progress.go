package collect

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
)

// saveShare is the share of an attempt's time, as its inverse, that is left to save what AWS has answered.
const saveShare = 10

// readOn reads the source within the time that is left. If that is too short, it saves what AWS has answered, so that the
// next attempt of the state machine asks only for the rest. Answers that AWS charges for are saved as they come, so that a
// run that ends in any way is resumed without paying for them again. Other sources need none of this without a deadline.
func (h Handler) readOn(ctx context.Context, cfg aws.Config, in Input, days []Day) (err error) {
	_, limited := ctx.Deadline()
	source, _ := catalog.FindByName(h.Collector.SourceName)
	if !limited && !source.Paid {
		return h.readSource(ctx, cfg, days)
	}
	name, err := in.Name()
	if err != nil {
		return err
	}
	progress, err := awsconf.NewProgress()
	if err != nil {
		slog.WarnContext(ctx, "reading without keeping what AWS answers", "error", err)
		return h.readSource(ctx, cfg, days)
	}
	defer func() { err = errors.Join(err, progress.Close()) }()
	if in.Attempt > 0 {
		h.loadProgress(ctx, name.ProgressKey(source.Name, in.Run), progress)
	}
	if source.Paid {
		if in.Resume {
			h.loadProgress(ctx, name.PaidKey(source.Name), progress)
		}
		progress.Paid = h.buildPaidSaver(name.PaidKey(source.Name), progress)
	}
	if !limited {
		return h.readSource(ctx, awsconf.WithProgress(cfg, progress), days)
	}
	return h.readUntilDeadline(ctx, cfg, name.ProgressKey(source.Name, in.Run), progress, days)
}

// readUntilDeadline reads the source, and stops early enough to save what AWS has answered.
func (h Handler) readUntilDeadline(ctx context.Context, cfg aws.Config, key string, progress *awsconf.Progress, days []Day) error {
	deadline, _ := ctx.Deadline()
	loaded := progress.Count()
	early, cancel := context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/saveShare))
	defer cancel()
	err := h.readSource(early, awsconf.WithProgress(cfg, progress), days)
	if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || progress.Count() == loaded {
		return err
	}
	if _, saveErr := h.Staging.Put(ctx, key, progress.Reader()); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	return fault.New(outcome.Transient, "out of time after %d answers of AWS, which the next attempt has: %w", progress.Count(), err)
}

// buildPaidSaver returns a function that saves the answers under a key. Each of them was paid for, so it saves after an
// interrupt too.
func (h Handler) buildPaidSaver(key string, progress *awsconf.Progress) func(context.Context) {
	var saving sync.Mutex // what is saved last has all
	return func(ctx context.Context) {
		saving.Lock()
		defer saving.Unlock()
		if _, err := h.Staging.Put(context.WithoutCancel(ctx), key, progress.Reader()); err != nil {
			slog.WarnContext(ctx, "a resumed run would have to pay again", "key", key, "error", err)
		}
	}
}

// loadProgress takes saved answers, if there are any. Without them the source is read from its start.
func (h Handler) loadProgress(ctx context.Context, key string, progress *awsconf.Progress) {
	body, _, err := h.Staging.Open(ctx, object.Version{Key: key})
	if err != nil {
		return // most attempts fail for other reasons than time, and most runs before they pay
	}
	defer body.Close()
	if err := progress.Load(body); err != nil {
		slog.WarnContext(ctx, "part of the saved answers is lost", "key", key, "error", err)
	}
}

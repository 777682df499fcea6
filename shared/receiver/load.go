package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/shared/object"
)

// rejectedSnapshot is the error with which the machine ends for an object that is no snapshot.
const rejectedSnapshot = "View360.RejectedSnapshot"

// loadAccount loads the snapshots of one account one after the other. Its error is one that concerns all snapshots, such
// as a database that does not answer; what is wrong with one snapshot is its outcome.
func (r *Receiver) loadAccount(ctx context.Context, waiting []object.Version, counted *tally) error {
	for _, v := range waiting {
		o := busy
		err := r.runLocked(ctx, v.Key, func() (err error) {
			o, err = r.loadObject(ctx, v)
			return err
		})
		if err != nil {
			return err
		}
		counted.countStatus(v, o)
	}
	return nil
}

// loadObject runs the machine for one object, which may have been replaced or moved since it was listed.
func (r *Receiver) loadObject(ctx context.Context, v object.Version) (loadStatus, error) {
	switch _, err := r.store.Head(ctx, v.Key); {
	case object.IsMissing(err):
		return gone, nil
	case err != nil:
		return failed, err
	}
	started := r.now()
	end, err := r.runMachine(ctx, v.Key)
	if err != nil {
		return failed, err
	}
	if ctx.Err() != nil {
		return failed, ctx.Err()
	}
	duration := r.now().Sub(started).Milliseconds()
	switch {
	case end.Status == asl.Succeeded:
		slog.InfoContext(ctx, "received", "key", v.Key, "bytes", v.Size, "duration_ms", duration)
		return loaded, nil
	case end.Error == rejectedSnapshot:
		return rejected, nil // logged with its reason where it was found
	default:
		slog.ErrorContext(ctx, "failed", "key", v.Key, "class", end.Error, "error", message(end.Cause), "duration_ms", duration)
		return failed, nil
	}
}

// runMachine executes the machine. Each object has an orchestrator of its own, because an orchestrator remembers what it ran.
func (r *Receiver) runMachine(ctx context.Context, key string) (asl.Description, error) {
	functions, executions := inprocess.Functions{}, &executions{}
	inprocess.AddLoad(functions, r.pool, func(string) *object.Store { return r.store }, executions)
	executions.Orchestrator = inprocess.NewOrchestrator(functions, r.store, nil)
	name := fmt.Sprintf("receiver-%d", r.now().UnixMilli())
	x, err := executions.Run(ctx, r.machine, name, map[string]string{"bucket": r.store.Bucket(), "key": key})
	if err != nil {
		return asl.Description{}, err
	}
	return x.Describe(), nil
}

// executions lets functions ask the orchestrator that is made from them.
type executions struct{ *inprocess.Orchestrator }

// message is the errorMessage of a cause that a function made, or the cause itself.
func message(cause string) string {
	var reported struct{ ErrorMessage string }
	if json.Unmarshal([]byte(cause), &reported) == nil && reported.ErrorMessage != "" {
		return reported.ErrorMessage
	}
	return cause
}

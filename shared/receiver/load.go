package receiver

import (
	"context"
	"fmt"
	"log/slog"

	"view360/shared/asl"
	"view360/shared/fault"
	"view360/shared/inprocess"
	"view360/shared/object"
	"view360/shared/settle"
)

// loadAccount loads the snapshots of one account sequentially. It counts the failures of single snapshots; its error
// concerns all snapshots, such as a database that cannot be reached.
func (r *Receiver) loadAccount(ctx context.Context, waiting []object.Version, counted *tally) error {
	for _, v := range waiting {
		status := busy
		err := r.runLocked(ctx, v.Key, func() (err error) {
			status, err = r.loadObject(ctx, v)
			return err
		})
		if err != nil {
			return err
		}
		counted.countStatus(v, status)
	}
	return nil
}

// loadObject runs the state machine for one object, which may have been replaced or moved since it was listed.
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
	case end.Error == settle.RejectedSnapshot:
		return rejected, nil // the index function logged the reason
	default:
		slog.ErrorContext(ctx, "failed", "key", v.Key, "class", end.Error, "error", fault.CauseMessage(end.Error, end.Cause), "duration_ms", duration)
		return failed, nil
	}
}

// runMachine executes the state machine for one object. Each object has its own orchestrator, because an orchestrator
// keeps all of its executions in memory.
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

// executions gives functions access to the orchestrator that is built from them.
type executions struct{ *inprocess.Orchestrator }

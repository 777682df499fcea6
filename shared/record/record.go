// Package record writes how a snapshot was collected to view360.outcomes and to the contract's tables logs and
// log_messages, which also get what the loaders did. It runs after the loaders, even if they failed.
package record

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/snapshot"
)

// Group is the name of this step in the ledger and the state machine.
const Group = "logs"

// Input is the input of the record function.
type Input struct {
	Index   snapshot.Index `json:"index"`
	Results []LoaderResult `json:"results"`
}

// LoaderResult is a loader's result, or the error that the state machine caught.
type LoaderResult struct {
	load.Output
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
}

// Handler is the record function.
type Handler struct {
	Pool *pgxpool.Pool
	// Bucket returns the store of a bucket.
	Bucket func(name string) *object.Store
}

// Handle writes one logs row per accounts row and snapshot and replaces its messages. Doing it again changes nothing.
func (h Handler) Handle(ctx context.Context, in Input) (load.Output, error) {
	started := time.Now()
	result, err := h.record(ctx, in)
	result.Group, result.DurationMS = Group, time.Since(started).Milliseconds()
	return result, fault.Classify(err)
}

// findRecorded returns that nothing is left to do if another execution, such as the sweep's, has loaded and recorded the
// snapshot and archived its object meanwhile; otherwise it returns missing.
func (h Handler) findRecorded(ctx context.Context, index snapshot.Index, missing error) (load.Output, error) {
	loaded, err := load.IsLoaded(ctx, h.Pool, index)
	if err != nil {
		return load.Output{}, err
	}
	archived, err := h.Bucket(index.Bucket).Head(ctx, snapshot.LoadedKey(index.Key))
	switch {
	case object.IsMissing(err), err == nil && (!loaded || archived.LastModified.Before(index.LastModified)):
		return load.Output{}, missing // an older object was archived under the name
	case err != nil:
		return load.Output{}, err
	}
	return load.Output{Already: true}, nil
}

func (h Handler) record(ctx context.Context, in Input) (load.Output, error) {
	members, err := h.readLogs(ctx, in.Index)
	if object.IsMissing(err) {
		return h.findRecorded(ctx, in.Index, err)
	}
	if err != nil {
		return load.Output{}, err
	}
	outcomes, err := h.readOutcomes(ctx, in.Index, members)
	if err != nil {
		return load.Output{}, err
	}
	messages := append(toMessages(members["message"]), listOtherStatuses(members)...)
	conn, err := postgres.Acquire(ctx, h.Pool)
	if err != nil {
		return load.Output{}, err
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return load.Output{}, fmt.Errorf("beginning the transaction: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit there is nothing to roll back
	if err := load.LockAccountRegion(ctx, tx, in.Index); err != nil {
		return load.Output{}, err
	}
	done, rejects, err := load.ReadLedger(ctx, tx, in.Index)
	if err != nil {
		return load.Output{}, err
	}
	messages = append(messages, describeLoad(in, done, rejects)...)
	account, err := load.FindAccountRow(ctx, tx, in.Index)
	if err != nil {
		return load.Output{}, err
	}
	tables, err := writeLogs(ctx, tx, account, in.Index, readStatuses(members), messages, done)
	if err != nil {
		return load.Output{}, err
	}
	if err := writeOutcomes(ctx, tx, account, in.Index, outcomes); err != nil {
		return load.Output{}, err
	}
	if err := tx.Commit(ctx); err != nil {
		return load.Output{}, fmt.Errorf("committing: %w", err)
	}
	slog.InfoContext(ctx, "recorded", "account", in.Index.Name.Account, "region", in.Index.Name.Region, "key", in.Index.Key, "messages", len(messages))
	return load.Output{Tables: tables}, nil
}

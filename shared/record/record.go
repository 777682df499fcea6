// Package record writes what a snapshot says about its collection, and what became of it in the loaders, to the tables
// logs and log_messages. It runs after the loaders, whatever they came to.
package record

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/snapshot"
)

// Group is the word under which the ledger and the state machine know this step.
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

// columns are the statuses that logs has a column for; the others become messages when they are not Pass.
var columns = []string{"account_status", "cost_status", "service_status", "security_status", "config_status", "inventory_status",
	"marketplace_status", "trusted_advisor_status", "health_status", "application_status", "resilience_hub_status"}

// maxLogs bounds the logs section, which has a few lines for each source.
const maxLogs = 4 << 20

// message is one log_messages row.
type message struct{ kind, text string }

// Handle writes one logs row per accounts row and snapshot and replaces its messages. Doing it again changes nothing.
func (h Handler) Handle(ctx context.Context, in Input) (load.Output, error) {
	started := time.Now()
	result, err := h.record(ctx, in)
	result.Group, result.DurationMS = Group, time.Since(started).Milliseconds()
	return result, fault.Classify(err)
}

func (h Handler) record(ctx context.Context, in Input) (load.Output, error) {
	statuses, messages, err := h.read(ctx, in.Index)
	if err != nil {
		return load.Output{}, err
	}
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
	messages = append(messages, loads(in, done, rejects)...)
	account, err := load.FindAccountRow(ctx, tx, in.Index)
	if err != nil {
		return load.Output{}, err
	}
	tables, err := write(ctx, tx, account, in.Index, statuses, messages, done)
	if err != nil {
		return load.Output{}, err
	}
	if err := tx.Commit(ctx); err != nil {
		return load.Output{}, fmt.Errorf("committing: %w", err)
	}
	slog.InfoContext(ctx, "recorded", "account", in.Index.Name.Account, "region", in.Index.Name.Region, "key", in.Index.Key, "messages", len(messages))
	return load.Output{Tables: tables}, nil
}

// read takes statuses and messages from the snapshot. A status that is absent is Unknown, not Pass (L33).
func (h Handler) read(ctx context.Context, index snapshot.Index) ([]string, []message, error) {
	members := map[string]json.RawMessage{}
	place := index.Sections["logs"]
	switch size := place.End - place.Start; {
	case size > maxLogs:
		return nil, nil, fault.New(fault.Invalid, "the logs section has %d bytes, more than %d", size, maxLogs)
	case !place.Empty():
		version := object.Version{Key: index.Key, ETag: index.ETag, ID: index.Version}
		body, err := h.Bucket(index.Bucket).OpenRange(ctx, version, place.Start, place.End)
		if err != nil {
			return nil, nil, err
		}
		defer body.Close()
		if err := json.NewDecoder(body).Decode(&members); err != nil {
			return nil, nil, fault.New(fault.Invalid, "reading the logs section: %w", err)
		}
	}
	statuses := make([]string, len(columns))
	for i, name := range columns {
		statuses[i] = status(members[name])
	}
	return statuses, append(sent(members["message"]), others(members)...), nil
}

func status(raw json.RawMessage) string {
	text := plain(raw)
	if text == "" {
		return "Unknown"
	}
	return cut(text, 50)
}

// others are the statuses without a column: those of the first generation as far as they are not Pass, and ours, which
// not every snapshot has.
func others(members map[string]json.RawMessage) []message {
	var messages []message
	for _, name := range slices.Sorted(maps.Keys(members)) {
		section, isStatus := strings.CutSuffix(name, "_status")
		if !isStatus || slices.Contains(columns, name) || status(members[name]) == "Pass" && expected(name) {
			continue
		}
		messages = append(messages, message{section, status(members[name])})
	}
	return messages
}

// expected reports whether every snapshot has the status.
func expected(name string) bool {
	return slices.ContainsFunc(snapshot.Sections, func(s snapshot.Section) bool { return s.Status == name })
}

// sent are the snapshot's own messages: a list of one-member objects or texts, or one of either alone. All are kept.
func sent(raw json.RawMessage) []message {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var messages []message
	for _, element := range list {
		var object map[string]json.RawMessage
		if json.Unmarshal(element, &object) == nil {
			for _, kind := range slices.Sorted(maps.Keys(object)) {
				messages = append(messages, message{clean(kind), plain(object[kind])})
			}
			continue
		}
		if text := plain(element); text != "" {
			messages = append(messages, message{"INFO", text})
		}
	}
	return messages
}

// loads are what the loaders did, as the ledger has it: one message with the counters of each table, one for each of
// the first rejected rows of each group.
func loads(in Input, done map[string]load.Counts, rejects []load.Reject) []message {
	var messages []message
	for _, r := range in.Results {
		if r.Error != "" {
			messages = append(messages, message{rejected, clean(fmt.Sprintf("table group %s was not loaded: %s", r.Group, fault.CauseMessage(r.Error, r.Cause)))})
		}
	}
	for _, reject := range rejects {
		place := strings.TrimSpace(reject.Path() + " " + reject.Column)
		messages = append(messages, message{rejected, clean(place + ": " + reject.Reason)})
	}
	for _, problem := range in.Index.Problems {
		messages = append(messages, message{rejected, clean(problem.Section + ": " + problem.Reason)})
	}
	if body, err := json.Marshal(done); err == nil && len(done) > 0 {
		messages = append(messages, message{loaded, string(body)})
	}
	return messages
}

// The kinds of messages about the load.
const (
	loaded   = "LOAD"
	rejected = "REJECTED"
)

//go:embed logs.sql
var upsertLog string

//go:embed messages.sql
var replaceMessages string

func write(ctx context.Context, tx pgx.Tx, account int32, index snapshot.Index, statuses []string, messages []message, done map[string]load.Counts) (map[string]load.Counts, error) {
	observed := index.Sections["logs"].ObservedAt
	arguments := []any{account, index.CollectedAt}
	for _, s := range statuses {
		arguments = append(arguments, s)
	}
	var id *int32
	var outcome string
	if err := tx.QueryRow(ctx, upsertLog, append(arguments, observed)...).Scan(&id, &outcome); err != nil {
		return nil, fmt.Errorf("writing logs: %w", err)
	}
	if id == nil { // a newer version of this snapshot has been recorded
		return map[string]load.Counts{"logs": {Read: 1, Unchanged: 1}}, nil
	}
	kinds, texts := make([]string, len(messages)), make([]string, len(messages))
	for i, m := range messages {
		kinds[i], texts[i] = m.kind, m.text
	}
	c := load.Counts{Read: int64(len(messages))}
	if err := tx.QueryRow(ctx, replaceMessages, *id, kinds, texts, observed, !load.HasChanges(done)).Scan(&c.Created, &c.Deleted); err != nil {
		return nil, fmt.Errorf("writing log_messages: %w", err)
	}
	c.Unchanged = c.Read - c.Created
	log := load.Counts{Read: 1}
	switch outcome {
	case "created":
		log.Created = 1
	case "updated":
		log.Updated = 1
	default:
		log.Unchanged = 1
	}
	tables := map[string]load.Counts{"logs": log}
	if c != (load.Counts{}) {
		tables["log_messages"] = c
	}
	return tables, nil
}

// plain is a JSON text's content, or other JSON as it stands; null is empty.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return clean(text)
	}
	return clean(string(raw))
}

// clean removes what PostgreSQL cannot store.
func clean(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

func cut(text string, characters int) string {
	if runes := []rune(text); len(runes) > characters {
		return string(runes[:characters])
	}
	return text
}

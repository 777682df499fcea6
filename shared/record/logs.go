package record

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"

	"github.com/jackc/pgx/v5"
)

// columns are the statuses that logs has a column for; the others become messages when they are not Pass.
var columns = []string{"account_status", "cost_status", "service_status", "security_status", "config_status", "inventory_status",
	"marketplace_status", "trusted_advisor_status", "health_status", "application_status", "resilience_hub_status"}

// maxLogs bounds the logs section, which has a few lines for each source.
const maxLogs = 4 << 20

// readLogs returns the members of the snapshot's logs section.
func (h Handler) readLogs(ctx context.Context, index snapshot.Index) (map[string]json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	err := h.readSection(ctx, index, "logs", index.Sections["logs"], &members)
	return members, err
}

// readSection decodes a small section of the snapshot into value; an empty one leaves it alone.
func (h Handler) readSection(ctx context.Context, index snapshot.Index, name string, section snapshot.Range, value any) error {
	switch size := section.End - section.Start; {
	case size > maxLogs:
		return fault.New(outcome.Invalid, "the section %s has %d bytes, more than %d", name, size, maxLogs)
	case section.IsEmpty():
		return nil
	}
	version := object.Version{Key: index.Key, ETag: index.ETag, ID: index.Version}
	body, err := h.Bucket(index.Bucket).OpenRange(ctx, version, section.Start, section.End)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(value); err != nil {
		return fault.New(outcome.Invalid, "reading the section %s: %w", name, err)
	}
	return nil
}

func readStatuses(members map[string]json.RawMessage) []string {
	statuses := make([]string, len(columns))
	for i, name := range columns {
		statuses[i] = parseStatus(members[name])
	}
	return statuses
}

//go:embed logs.sql
var upsertLog string

//go:embed messages.sql
var replaceMessages string

// writeLogs writes the row of logs and its messages.
func writeLogs(ctx context.Context, tx pgx.Tx, account int32, index snapshot.Index, statuses []string, messages []message, done map[string]load.Counts) (map[string]load.Counts, error) {
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

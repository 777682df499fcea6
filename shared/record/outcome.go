package record

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// readOutcomes returns how the snapshot's sources were collected: what its meta says, or for a file of the Python version
// what its logs section says, translated here once.
func (h Handler) readOutcomes(ctx context.Context, index snapshot.Index, logs map[string]json.RawMessage) ([]outcome.Outcome, error) {
	if index.Meta.IsEmpty() {
		return translateLogs(index, logs), nil
	}
	var meta snapshot.Meta
	if err := h.readSection(ctx, index, "meta", index.Meta, &meta); err != nil {
		return nil, err
	}
	outcomes := make([]outcome.Outcome, 0, len(meta.Services))
	for _, name := range slices.Sorted(maps.Keys(meta.Services)) {
		o := meta.Services[name]
		o.SourceName = name
		if o.Run == "" { // files of our first versions name one run for all
			o.Run = meta.Run
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// translateLogs returns the outcomes of a file of the Python version. It has a status for each section and messages with
// free text. A later Pass of a section overwrites an earlier Fail there, so that a message means that something is missing
// (D4); and a failed section of several sources fails those with a message, or all if none has one.
func translateLogs(index snapshot.Index, logs map[string]json.RawMessage) []outcome.Outcome {
	texts := map[string][]string{}
	for _, m := range toMessages(logs["message"]) {
		texts[m.kind] = append(texts[m.kind], m.text)
	}
	var outcomes []outcome.Outcome
	for _, source := range catalog.Sources {
		o := outcome.Outcome{SourceName: source.Name, CollectedAt: index.CollectedAt}
		for _, section := range source.Sections {
			key, member, isMember := strings.Cut(section, ".")
			reasons := slices.Clone(texts[key])
			if isMember {
				reasons = append(reasons, texts[member]...)
			}
			status := translateStatus(key, parseStatus(logs[key+"_status"]), reasons, texts)
			if status != "" && (o.Status == "" || outcome.Compare(status, o.Status) < 0) {
				o.Status, o.Reason = status, strings.Join(reasons, "; ")
			}
		}
		if o.Status != "" {
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// translateStatus returns the status of a source in a section; "" if the file says nothing about the section.
func translateStatus(key, status string, reasons []string, texts map[string][]string) outcome.Status {
	switch status {
	case outcome.LogFail:
		if len(reasons) == 0 && hasReason(key, texts) {
			return outcome.Passed
		}
		return outcome.Failed
	case outcome.LogPass:
		if len(reasons) > 0 {
			return outcome.Warned
		}
		return outcome.Passed
	default:
		return ""
	}
}

// hasReason reports whether a message names a source of the section.
func hasReason(key string, texts map[string][]string) bool {
	return slices.ContainsFunc(catalog.FindSources(key), func(s catalog.Source) bool {
		return s.MessageKey() != key && len(texts[s.MessageKey()]) > 0
	})
}

//go:embed outcomes.sql
var upsertOutcomes string

// writeOutcomes writes one row for each source. Doing it again changes nothing.
func writeOutcomes(ctx context.Context, tx pgx.Tx, accountRowID int32, index snapshot.Index, outcomes []outcome.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	for i := range outcomes {
		cleanOutcome(&outcomes[i])
	}
	body, err := json.Marshal(outcomes)
	if err != nil {
		return fmt.Errorf("encoding the outcomes of %s: %w", index.Key, err)
	}
	if _, err := tx.Exec(ctx, upsertOutcomes, accountRowID, index.Name.Interval, index.Name.Date, string(body)); err != nil {
		return fmt.Errorf("writing the outcomes of %s: %w", index.Key, err)
	}
	return nil
}

// cleanOutcome removes what PostgreSQL cannot store from the texts.
func cleanOutcome(o *outcome.Outcome) {
	o.Reason, o.Run = cleanText(o.Reason), cleanText(o.Run)
	o.AWS = cleanAWSError(o.AWS)
	o.Messages = slices.Clone(o.Messages)
	for i, m := range o.Messages {
		m.Key, m.Text, m.AWS = cleanText(m.Key), cleanText(m.Text), cleanAWSError(m.AWS)
		o.Messages[i] = m
	}
}

func cleanAWSError(e *outcome.AWSError) *outcome.AWSError {
	if e == nil {
		return nil
	}
	return &outcome.AWSError{
		Operation: cleanText(e.Operation), Code: cleanText(e.Code), Message: cleanText(e.Message),
		Principal: cleanText(e.Principal), Action: cleanText(e.Action), Resource: cleanText(e.Resource),
	}
}

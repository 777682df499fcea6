package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"view360/shared/fault"
	"view360/shared/load"
	"view360/shared/snapshot"
)

// message is one log_messages row.
type message struct{ kind, text string }

// parseStatus returns the text of a status. One that is absent is Unknown, not Pass (L33).
func parseStatus(raw json.RawMessage) string {
	text := toText(raw)
	if text == "" {
		return "Unknown"
	}
	return cutText(text, 50)
}

// listOtherStatuses returns the statuses without a column: those of the contract that are not Pass, and ours, which not
// every snapshot has.
func listOtherStatuses(members map[string]json.RawMessage) []message {
	var messages []message
	for _, name := range slices.Sorted(maps.Keys(members)) {
		section, isStatus := strings.CutSuffix(name, "_status")
		if !isStatus || slices.Contains(columns, name) || parseStatus(members[name]) == "Pass" && isContractStatus(name) {
			continue
		}
		messages = append(messages, message{section, parseStatus(members[name])})
	}
	return messages
}

// isContractStatus reports whether every snapshot has the status.
func isContractStatus(name string) bool {
	return slices.ContainsFunc(snapshot.Sections, func(s snapshot.Section) bool { return s.Status == name })
}

// toMessages returns all of the snapshot's own messages: a list of one-member objects or texts, or one of either alone.
func toMessages(raw json.RawMessage) []message {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var messages []message
	for _, element := range list {
		var object map[string]json.RawMessage
		if json.Unmarshal(element, &object) == nil {
			for _, kind := range slices.Sorted(maps.Keys(object)) {
				messages = append(messages, message{cleanText(kind), toText(object[kind])})
			}
			continue
		}
		if text := toText(element); text != "" {
			messages = append(messages, message{"INFO", text})
		}
	}
	return messages
}

// describeLoad returns what the loaders did according to the ledger: one message with the counters of each table, one for
// each of the first rejects of each group.
func describeLoad(in Input, done map[string]load.Counts, rejects []load.Reject) []message {
	var messages []message
	for _, r := range in.Results {
		if r.Error != "" {
			messages = append(messages, message{rejected, cleanText(fmt.Sprintf("table group %s was not loaded: %s", r.Group, fault.CauseMessage(r.Error, r.Cause)))})
		}
	}
	for _, reject := range rejects {
		place := strings.TrimSpace(reject.Path() + " " + reject.Column)
		messages = append(messages, message{rejected, cleanText(place + ": " + reject.Reason)})
	}
	for _, problem := range in.Index.Problems {
		messages = append(messages, message{rejected, cleanText(problem.Section + ": " + problem.Reason)})
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

// toText returns the content of a JSON text, or other JSON as it is; null is empty.
func toText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return cleanText(text)
	}
	return cleanText(string(raw))
}

// cleanText removes what PostgreSQL cannot store.
func cleanText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

func cutText(text string, characters int) string {
	if runes := []rune(text); len(runes) > characters {
		return string(runes[:characters])
	}
	return text
}

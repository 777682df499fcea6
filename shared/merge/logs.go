package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"view360/shared/catalog"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// logs is the snapshot's logs section: a status for each section and messages with distinct keys, because readers keep
// one message for a key (D7).
type logs struct {
	DateCreated snapshot.Time
	statuses    []logStatus
	messages    []outcome.Message
}

type logStatus struct{ key, status string }

// addSource appends the messages of a source's outcome, those of one key joined to one text.
func (l *logs) addSource(source catalog.Source, o outcome.Outcome) {
	texts := map[string][]string{}
	var keys []string
	addText := func(key, text string) {
		if _, seen := texts[key]; !seen {
			keys = append(keys, key)
		}
		texts[key] = append(texts[key], text)
	}
	if o.Status != outcome.Passed && o.Status != outcome.Warned || o.Reason != "" && o.Warnings == 0 {
		addText(source.MessageKey(), o.Text())
	}
	if o.Warnings > 0 {
		addText(source.MessageKey(), fmt.Sprintf("%d items could not be read", o.Warnings))
	}
	for _, m := range o.Messages {
		addText(m.Key, m.Text)
	}
	for _, key := range keys {
		l.messages = append(l.messages, outcome.Message{Key: key, Text: strings.Join(texts[key], "; ")})
	}
}

// MarshalJSON writes the statuses in contract order, then message and our addition date_created.
func (l logs) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for _, s := range l.statuses {
		fmt.Fprintf(&out, "%q:%q,", s.key, s.status)
	}
	messages := make([]map[string]string, len(l.messages))
	for i, m := range l.messages {
		messages[i] = map[string]string{m.Key: m.Text}
	}
	body, err := json.Marshal(messages)
	if err != nil {
		return nil, err
	}
	date, err := json.Marshal(l.DateCreated)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, `"message":%s,"date_created":%s}`, body, date)
	return out.Bytes(), nil
}

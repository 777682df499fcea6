package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/snapshot"
)

// logs is the snapshot's logs section: a status for each section and messages with distinct keys, because readers keep
// one message for a key (D7).
type logs struct {
	DateCreated snapshot.Time
	statuses    []status
	messages    []collect.Message
}

type status struct{ key, word string }

// add takes an outcome's reason and messages, those of one source joined to one text.
func (l *logs) add(o collect.Outcome) {
	texts := map[string][]string{}
	var order []string
	note := func(source, text string) {
		if _, seen := texts[source]; !seen {
			order = append(order, source)
		}
		texts[source] = append(texts[source], text)
	}
	if o.Status != collect.Passed && o.Status != collect.Warned || o.Reason != "" && o.Warnings == 0 {
		note(messageKey(o.SourceName), describe(o))
	}
	if o.Warnings > 0 {
		note(messageKey(o.SourceName), fmt.Sprintf("%d items could not be read", o.Warnings))
	}
	for _, m := range o.Messages {
		note(m.Source, m.Text)
	}
	for _, source := range order {
		l.messages = append(l.messages, collect.Message{Source: source, Text: strings.Join(texts[source], "; ")})
	}
}

// MarshalJSON writes the statuses in contract order, then message and our addition date_created.
func (l logs) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for _, s := range l.statuses {
		fmt.Fprintf(&out, "%q:%q,", s.key, s.word)
	}
	messages := make([]map[string]string, len(l.messages))
	for i, m := range l.messages {
		messages[i] = map[string]string{m.Source: m.Text}
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

// messageKey is the key of a source's messages in logs: the last part of its first section, as readers know it.
func messageKey(word string) string {
	source, known := catalog.FindByName(word)
	if !known || len(source.Sections) == 0 {
		return word
	}
	section := source.Sections[0]
	return section[strings.LastIndexByte(section, '.')+1:]
}

func describe(o collect.Outcome) string {
	return fmt.Sprintf("%s: %s", o.Status, o.Reason)
}

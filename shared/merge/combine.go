package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"view360/shared/catalog"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// Combine returns the newer of two snapshots of one account, region, interval and date, with the sections of the older one
// that the newer one does not have: a day that was published again for its costs alone keeps what else is known of it. The
// older one may be of the Python sender. It reads both into memory.
func Combine(older, newer []byte) ([]byte, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(older, &before); err != nil {
		return nil, fmt.Errorf("reading the older snapshot: %w", err)
	}
	if err := json.Unmarshal(newer, &after); err != nil {
		return nil, fmt.Errorf("reading the newer snapshot: %w", err)
	}
	c := combination{before: before, after: after}
	if err := c.readMeta(); err != nil {
		return nil, err
	}
	return c.write()
}

// combination are two snapshots by section, and the description of the result.
type combination struct {
	before, after map[string]json.RawMessage
	meta          snapshot.Meta
	has           map[string]snapshot.MetaSection // sections of the newer snapshot, by path
}

func (c *combination) readMeta() error {
	var old snapshot.Meta
	if text := c.before["meta"]; text != nil {
		if err := json.Unmarshal(text, &old); err != nil {
			return fmt.Errorf("reading the meta section of the older snapshot: %w", err)
		}
	}
	if err := json.Unmarshal(c.after["meta"], &c.meta); err != nil {
		return fmt.Errorf("reading the meta section of the newer snapshot: %w", err)
	}
	c.has = maps.Clone(c.meta.Sections)
	for path, section := range old.Sections {
		if _, has := c.has[path]; !has {
			c.meta.Sections[path] = section
		}
	}
	for source, o := range old.Services {
		if now, has := c.meta.Services[source]; !has || now.Status == outcome.Skipped {
			c.meta.Services[source] = o
		}
	}
	return nil
}

func (c *combination) write() ([]byte, error) {
	var out bytes.Buffer
	meta, err := json.Marshal(c.meta)
	if err != nil {
		return nil, fmt.Errorf("writing the meta section: %w", err)
	}
	fmt.Fprintf(&out, `{"meta":%s`, meta)
	known := map[string]bool{"meta": true}
	for _, section := range catalog.SnapshotSections() {
		text, err := c.combineSection(section)
		if err != nil {
			return nil, fmt.Errorf("combining the section %s: %w", section.Key, err)
		}
		known[section.Key] = true
		if text != nil {
			fmt.Fprintf(&out, `,%q:%s`, section.Key, text)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.before)) {
		if !known[key] { // of another sender
			fmt.Fprintf(&out, `,%q:%s`, key, c.before[key])
		}
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

func (c *combination) combineSection(section snapshot.Section) (json.RawMessage, error) {
	before, after := c.before[section.Key], c.after[section.Key]
	_, has := c.has[section.Key]
	switch {
	case before == nil:
		return after, nil
	case section.Key == "logs":
		return c.combineLogs(before, after)
	case len(section.Arrays) > 0:
		return c.combineArrays(section, before, after)
	case has || section.Key == "account" && string(after) != "{}":
		return after, nil
	default:
		return before, nil
	}
}

// combineArrays combines a section of named lists, each of which has its own source.
func (c *combination) combineArrays(section snapshot.Section, before, after json.RawMessage) (json.RawMessage, error) {
	var old, now map[string]json.RawMessage
	if json.Unmarshal(before, &old) != nil || json.Unmarshal(after, &now) != nil {
		return after, nil // the Python sender writes an empty list for a section that it could not read
	}
	if old == nil {
		old = map[string]json.RawMessage{}
	}
	for array, list := range now {
		if _, has := c.has[section.Key+"."+array]; has || old[array] == nil {
			old[array] = list
		}
	}
	return json.Marshal(old)
}

// combineLogs keeps the older statuses and messages of what the newer snapshot skipped.
func (c *combination) combineLogs(before, after json.RawMessage) (json.RawMessage, error) {
	var old, now map[string]json.RawMessage
	if err := json.Unmarshal(before, &old); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(after, &now); err != nil {
		return nil, err
	}
	oldMessages, err := readMessages(old["message"])
	if err != nil {
		return nil, err
	}
	messages, err := readMessages(now["message"])
	if err != nil {
		return nil, err
	}
	said := map[string]bool{}
	messages = slices.DeleteFunc(messages, func(m message) bool { return m.text == outcome.LogSkipped || m.key == "history" })
	for _, m := range messages {
		said[m.key] = true
	}
	for _, m := range oldMessages {
		if !said[m.key] {
			messages = append(messages, m)
		}
	}
	for key, status := range old {
		if now[key] == nil || string(now[key]) == `"`+outcome.LogSkipped+`"` {
			now[key] = status
		}
	}
	list := make([]map[string]string, len(messages))
	for i, m := range messages {
		list[i] = map[string]string{m.key: m.text}
	}
	if now["message"], err = json.Marshal(list); err != nil {
		return nil, err
	}
	return json.Marshal(now)
}

type message struct{ key, text string }

// readMessages reads the messages of a logs section: a list of objects with one member each.
func readMessages(text json.RawMessage) (messages []message, err error) {
	var list []map[string]string
	if text == nil {
		return nil, nil
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("reading the messages: %w", err)
	}
	for _, entry := range list {
		for _, key := range slices.Sorted(maps.Keys(entry)) {
			messages = append(messages, message{key, entry[key]})
		}
	}
	return messages, nil
}

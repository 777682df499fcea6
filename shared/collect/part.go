package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// maxMessages bounds the warnings that an outcome lists.
const maxMessages = 5

// Part stages the sections that a collector reads in S3. An array section is streamed while the collector reads, so that
// memory does not depend on its size. The methods are safe for concurrent use.
type Part struct {
	ctx    context.Context
	store  *object.Store
	prefix string // staging folder of the part, with a trailing slash

	mu       sync.Mutex
	streams  map[string]*stream
	order    []string // of the streams
	sections map[string]PartSection
	composed map[string]bool // lists that are part of a composed section
	allOpen  []string        // sections that list all that is open
	messages []outcome.Message
	warnings int
	warning  outcome.Message // the first one
	skipped  string
	items    int
	bytes    int64
}

func newPart(ctx context.Context, store *object.Store, prefix string) *Part {
	return &Part{ctx: ctx, store: store, prefix: prefix, streams: map[string]*stream{}, sections: map[string]PartSection{}, composed: map[string]bool{}}
}

// Add appends one element to an array section, such as security.kms. Elements keep the order of the calls.
func (p *Part) Add(section string, element any) error {
	body, err := json.Marshal(element)
	if err != nil {
		return fmt.Errorf("encoding an element of %s: %w", section, err)
	}
	s := p.openSection(section)
	if err := s.writeElement(body); err != nil {
		return fmt.Errorf("staging %s: %w", section, err)
	}
	return nil
}

// Set writes an object section, such as account.
func (p *Part) Set(section string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", section, err)
	}
	key := snapshot.SectionKey(p.prefix, section)
	if err := p.store.PutJSON(p.ctx, key, json.RawMessage(body)); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sections[section] = PartSection{Items: 1, Fragments: []Fragment{{Key: key}}}
	p.items++
	p.bytes += int64(len(body))
	return nil
}

// Compose declares a section of texts and streamed lists, for text that precedes a list but is known only after it, such as
// the counts of Security Hub's products. A fragment's Key is a list that the collector filled with Add, which then is not a
// section of its own.
func (p *Part) Compose(section string, items int, fragments []Fragment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range fragments {
		if f.Key != "" {
			p.composed[f.Key] = true
			fragments[i].Key = snapshot.SectionKey(p.prefix, f.Key)
		}
	}
	p.sections[section] = PartSection{Items: items, Fragments: fragments}
}

// ReadStaged reads the object section that an earlier run staged for the same day into value. It returns false, and does not
// change value, if no run did.
func (p *Part) ReadStaged(section string, value any) (bool, error) {
	err := p.store.GetJSON(p.ctx, snapshot.SectionKey(p.prefix, section), value)
	if object.IsMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// CountItems returns the number of elements that were added to a list.
func (p *Part) CountItems(list string) int {
	p.mu.Lock()
	s, open := p.streams[list]
	p.mu.Unlock()
	if !open {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.items
}

// Warn records that one item could not be read. The key is the section in the snapshot's messages, such as kms. Warn ignores
// an item that was deleted after it was listed.
func (p *Part) Warn(key string, err error) {
	if fault.IsGone(err) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	warning := outcome.Message{Key: key, Text: fault.Reason(err), AWS: fault.FindAWSError(err)}
	p.warnings++
	if p.warnings == 1 {
		p.warning = warning
	}
	if p.warnings <= maxMessages {
		p.messages = append(p.messages, warning)
	}
}

// Skip records the reason why the collector left something out on purpose. The status is Skipped if nothing was collected.
func (p *Part) Skip(reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skipped = reason
}

// Note adds a message that needs no action.
func (p *Part) Note(key, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, outcome.Message{Key: key, Text: text, Note: true})
}

// DeclareLists declares array sections that were read completely and may be empty.
func (p *Part) DeclareLists(sections ...string) {
	for _, section := range sections {
		p.openSection(section)
	}
}

// DeclareAllOpen declares that a section lists all that is open now, so that what it lacks is closed.
func (p *Part) DeclareAllOpen(section string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allOpen = append(p.allOpen, section)
}

// openSection returns the stream of an array section, which it opens on first use.
func (p *Part) openSection(section string) *stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, open := p.streams[section]; open {
		return s
	}
	s := openStream(p.ctx, p.store, snapshot.SectionKey(p.prefix, section))
	p.streams[section] = s
	p.order = append(p.order, section)
	return s
}

// toOutput returns the sections of the part, or the reason of the failure.
func (p *Part) toOutput(failure error) Output {
	out := Output{Outcome: outcome.Outcome{Status: outcome.Passed, Messages: p.messages, Warnings: p.warnings}}
	switch {
	case failure != nil:
		out.Status, out.Reason, out.AWS = fault.StatusOf(failure), fault.Reason(failure), fault.FindAWSError(failure)
		return out
	case p.warnings > 0:
		out.Status, out.Reason, out.AWS = outcome.Warned, p.warning.Text, p.warning.AWS
	case p.skipped != "":
		out.Reason = p.skipped
		if p.items == 0 {
			out.Status = outcome.Skipped
		}
	}
	for _, path := range p.allOpen {
		section := p.sections[path]
		section.AllOpen = true
		p.sections[path] = section
	}
	out.Sections, out.Items, out.Bytes = p.sections, p.items, p.bytes
	return out
}

// closeStreams ends every stream and waits until the sections are complete in S3.
func (p *Part) closeStreams() error {
	var failures []error
	for _, section := range p.order {
		s := p.streams[section]
		if err := s.finishList(); err != nil {
			failures = append(failures, fmt.Errorf("staging %s: %w", section, err))
			continue
		}
		if !p.composed[section] {
			p.sections[section] = PartSection{Items: s.items, Fragments: []Fragment{{Key: s.key}}}
		}
		p.items += s.items
		p.bytes += s.bytes
	}
	return errors.Join(failures...)
}

// abortStreams ends every stream without publishing it, and waits until the store has dropped the uploads, because a function
// may be frozen after its answer.
func (p *Part) abortStreams(cause error) {
	for _, s := range p.streams {
		s.abortUpload(cause)
	}
	for _, s := range p.streams {
		<-s.done // fails with cause
	}
}

package collect

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"view360/shared/fault"
	"view360/shared/object"
	"view360/shared/outcome"
)

// maxMessages bounds the first reasons that an outcome carries for items that failed.
const maxMessages = 5

// Part receives what a collector reads, section by section, and stages it in S3 while the collector goes on: an array
// section is streamed, so its size does not matter to memory. Its methods are safe for concurrent use.
type Part struct {
	ctx    context.Context
	store  *object.Store
	prefix string // staging folder of the part, with a trailing slash

	mu       sync.Mutex
	streams  map[string]*stream
	order    []string
	sections map[string]PartSection
	composed map[string]bool // lists that are part of a composed section
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
	s := p.findStream(section)
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
	key := p.prefix + section + ".json"
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

// Compose declares a section made of texts and streamed lists: for what is known only after the list that it stands
// before, such as Security Hub's products. A fragment's Key names a list that the collector filled with Add; the list is
// no section of its own then.
func (p *Part) Compose(section string, items int, fragments []Fragment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range fragments {
		if f.Key != "" {
			p.composed[f.Key] = true
			fragments[i].Key = p.prefix + f.Key + ".json"
		}
	}
	p.sections[section] = PartSection{Items: items, Fragments: fragments}
}

// ReadStaged reads into value what an earlier run staged as an object section of the same day. It reports false, and leaves
// value alone, when there is none.
func (p *Part) ReadStaged(section string, value any) (bool, error) {
	err := p.store.GetJSON(p.ctx, p.prefix+section+".json", value)
	if object.IsMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// CountItems is the number of elements that were added to a list so far.
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

// Warn records that one item could not be read while the rest of the section goes on. The key names the section in the
// snapshot's messages, such as kms. Warn ignores an item that was deleted after it was listed.
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

// Skip records that the collector left something out on purpose, and why. The outcome is Skipped, unless something was
// collected all the same.
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

// DeclareLists declares array sections that were read completely and may hold nothing.
func (p *Part) DeclareLists(sections ...string) {
	for _, section := range sections {
		p.findStream(section)
	}
}

func (p *Part) findStream(section string) *stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, open := p.streams[section]; open {
		return s
	}
	s := openStream(p.ctx, p.store, p.prefix+section+".json")
	p.streams[section] = s
	p.order = append(p.order, section)
	return s
}

// toOutput returns what the part holds, or why it holds nothing.
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
	out.Sections, out.Items, out.Bytes = p.sections, p.items, p.bytes
	return out
}

// closeStreams ends every stream and waits for the uploads. After it the sections are complete in S3.
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

// abortStreams ends every stream without publishing it, and waits until the store has forgotten what was sent: a function that
// has answered may be frozen.
func (p *Part) abortStreams(cause error) {
	for _, s := range p.streams {
		s.abortUpload(cause)
	}
	for _, s := range p.streams {
		<-s.done // fails with cause
	}
}

// stream is one JSON array on its way to S3.
type stream struct {
	key    string
	mu     sync.Mutex
	pipe   *io.PipeWriter
	buffer *bufio.Writer
	items  int
	bytes  int64
	done   chan error
}

func openStream(ctx context.Context, store *object.Store, key string) *stream {
	reader, writer := io.Pipe()
	s := &stream{key: key, pipe: writer, buffer: bufio.NewWriterSize(writer, 64<<10), done: make(chan error, 1)}
	go func() {
		_, err := store.Put(ctx, key, reader)
		reader.CloseWithError(err) // a writer that still writes learns why nobody reads
		s.done <- err
	}()
	return s
}

func (s *stream) writeElement(element []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	separator := byte(',')
	if s.items == 0 {
		separator = '['
	}
	s.items++
	s.bytes += int64(len(element)) + 1
	if err := s.buffer.WriteByte(separator); err != nil {
		return err
	}
	_, err := s.buffer.Write(element)
	return err
}

func (s *stream) finishList() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := "]"
	if s.items == 0 {
		end = "[]"
	}
	if _, err := s.buffer.WriteString(end); err != nil {
		s.abortUpload(err)
		return <-s.done
	}
	if err := s.buffer.Flush(); err != nil {
		s.abortUpload(err)
		return <-s.done
	}
	s.pipe.Close()
	return <-s.done
}

func (s *stream) abortUpload(cause error) { s.pipe.CloseWithError(cause) }

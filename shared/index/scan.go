package index

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/catalog"
	"view360/shared/snapshot"
)

// maxDepth bounds nesting; a snapshot has fewer than ten levels.
const maxDepth = 64

// maxUnknown bounds the unknown keys that an index lists.
const maxUnknown = 20

// scanner reads the document once and fills the index.
type scanner struct {
	d               *jsontext.Decoder
	index           *snapshot.Index
	seen            map[string]bool // top-level keys
	account, region string          // from the account section
	hasAccount      bool
}

// scanDocument reads the whole document, which must be one object.
func (s *scanner) scanDocument() error {
	switch s.d.PeekKind() {
	case '{':
	case 0:
		_, err := s.d.ReadToken()
		if errors.Is(err, io.EOF) {
			return newInvalid(0, "it is empty")
		}
		return err
	default:
		return newInvalid(0, "it is not a JSON object")
	}
	if err := s.scanMembers("", s.scanSection); err != nil {
		return err
	}
	if _, err := s.d.ReadToken(); !errors.Is(err, io.EOF) {
		return newInvalid(s.d.InputOffset(), "something follows the end of the document")
	}
	return nil
}

// scanSection adds the range of a top-level value to the index and, if it is an object, those of its members.
func (s *scanner) scanSection(key string) error {
	known, isSection := catalog.FindSection(key)
	if !isSection && key != "meta" {
		if len(s.index.Unknown) < maxUnknown {
			s.index.Unknown = append(s.index.Unknown, cutText(key))
		}
		_, err := s.skipValue()
		return err
	}
	if s.seen[key] {
		return newInvalid(s.d.InputOffset(), "section %s exists twice", key)
	}
	s.seen[key] = true
	kind := s.d.PeekKind()
	start := s.findValueStart()
	isObject := key == "meta" || known.Object
	read := s.skipValue
	if kind == '{' && (isObject || key == tickets) { // a list of tickets, or an object with the list in it
		read = func() (empty bool, err error) {
			empty = true
			err = s.scanMembers(key+".", func(path string) error { empty = false; return s.scanMember(path) })
			return empty, err
		}
	}
	empty, err := read()
	if err != nil {
		return err
	}
	_, wrapped := s.index.Sections[key+".tickets"]
	if kind == '{' && (isObject || wrapped) || kind == '[' && !isObject {
		s.index.Sections[key] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	} else if !empty && key != "meta" {
		s.addProblem(key, kind, !isObject)
	}
	return nil
}

// scanMembers calls read before the value of every member of the next object, with prefix and the member's name.
func (s *scanner) scanMembers(prefix string, read func(path string) error) error {
	if _, err := s.d.ReadToken(); err != nil {
		return err
	}
	for s.d.PeekKind() != '}' {
		name, err := s.d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(prefix + name.String()); err != nil {
			return err
		}
	}
	_, err := s.d.ReadToken()
	return err
}

// memberKinds has the kinds of the loaded objects and lists in object sections.
var memberKinds = func() map[string]jsontext.Kind {
	kinds := map[string]jsontext.Kind{
		"account.contact_info": '{', "account.alternate_contacts": '{', "config.non_compliant_resources": '[',
		"cost.top_services": '[', "cost.forecast": '[', tickets + ".tickets": '[',
	}
	for _, section := range catalog.SnapshotSections() {
		for _, member := range section.Arrays {
			kinds[section.Key+"."+member] = '['
		}
	}
	return kinds
}()

const tickets = "support_tickets"

// scanMember adds the range of a list or object inside an object section to the index, and reads the account's identity.
func (s *scanner) scanMember(path string) error {
	kind := s.d.PeekKind()
	if path == "account.account_id" || path == "account.region" {
		return s.scanIdentity(path, kind)
	}
	start := s.findValueStart()
	empty, err := s.skipValue()
	switch want := memberKinds[path]; {
	case err != nil || want == 0:
		return err
	case kind == want:
		s.index.Sections[path] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	case !empty:
		s.addProblem(path, kind, want == '[')
	}
	return nil
}

// skipValue reads over the next value by token, so that nesting is bounded, and reports whether the value is empty.
func (s *scanner) skipValue() (empty bool, err error) {
	depth := s.d.StackDepth()
	for tokens := 1; ; tokens++ {
		token, err := s.d.ReadToken()
		if err != nil {
			return false, err
		}
		switch at := s.d.StackDepth(); {
		case at == depth && tokens == 1:
			text := token.String()
			return text == "" || text == "null" || text == "false" || text == "0", nil
		case at == depth:
			return tokens == 2, nil
		case at > maxDepth:
			return false, newInvalid(s.d.InputOffset(), "it is nested deeper than %d levels", maxDepth)
		}
	}
}

// findValueStart returns the offset of the next value's first byte. The caller has peeked at its kind.
func (s *scanner) findValueStart() int64 {
	rest := s.d.UnreadBuffer()
	return s.d.InputOffset() + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n:,")))
}

// addProblem adds a section of the wrong kind to the index.
func (s *scanner) addProblem(path string, kind jsontext.Kind, wantList bool) {
	names := map[jsontext.Kind]string{'{': "an object", '[': "a list", '"': "a text", '0': "a number", 't': "true"}
	want := names['{']
	if wantList {
		want = names['[']
	}
	s.index.Problems = append(s.index.Problems, snapshot.Problem{Section: path, Reason: "it is " + names[kind] + ", not " + want})
}

// explainError returns a syntax error as the reason of a rejection, and any other error unchanged.
func (s *scanner) explainError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntax):
		return newInvalid(syntax.ByteOffset, "it is not valid JSON at byte %d: %v", syntax.ByteOffset, syntax.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return newInvalid(s.d.InputOffset(), "it ends in the middle, after %d bytes", s.d.InputOffset())
	default:
		return err
	}
}

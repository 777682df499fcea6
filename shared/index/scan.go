package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/object"
	"view360/shared/snapshot"
)

// maxDepth bounds nesting; a snapshot has less than ten levels.
const maxDepth = 64

// maxUnknown bounds the unknown keys that an index names.
const maxUnknown = 20

func (h Handler) read(ctx context.Context, store *object.Store, body io.Reader, version object.Version) (snapshot.Index, error) {
	index := snapshot.Index{
		Bucket: store.Bucket(), Key: version.Key, ETag: version.ETag, Version: version.ID, Size: version.Size,
		LastModified: version.LastModified.UTC(), Sections: map[string]snapshot.Range{},
	}
	name, err := snapshot.ParseKey(version.Key)
	if err != nil {
		return index, unfit(-1, "%v", err)
	}
	index.Name = name
	limit := h.MaxBytes
	if limit == 0 {
		limit = maxBytes
	}
	if version.Size > limit {
		return index, unfit(-1, "it has %d bytes, more than the %d that are loaded", version.Size, limit)
	}
	content := fnv.New64a()
	s := scanner{d: jsontext.NewDecoder(&tokenLimit{source: io.TeeReader(body, content)}, jsontext.AllowDuplicateNames(true)), index: &index}
	if err := s.document(); err != nil {
		return index, s.readable(err)
	}
	if err := s.check(); err != nil {
		return index, err
	}
	return index, h.describe(ctx, store, &index, content.Sum64())
}

// scanner goes through the document once.
type scanner struct {
	d               *jsontext.Decoder
	index           *snapshot.Index
	account, region string // as the body says
	accountGiven    bool
}

// readable turns a reading error into the reason of a rejection, unless the object could not be read at all.
func (s *scanner) readable(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntax):
		return unfit(syntax.ByteOffset, "it is no valid JSON at byte %d: %v", syntax.ByteOffset, syntax.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return unfit(s.d.InputOffset(), "it ends in the middle, after %d bytes", s.d.InputOffset())
	default:
		return err
	}
}

func (s *scanner) document() error {
	switch s.d.PeekKind() {
	case '{':
	case 0:
		_, err := s.d.ReadToken()
		if errors.Is(err, io.EOF) {
			return unfit(0, "it is empty")
		}
		return err
	default:
		return unfit(0, "it is no JSON object")
	}
	err := s.members("", func(key string) error { return s.section(key) })
	if err != nil {
		return err
	}
	if _, err := s.d.ReadToken(); !errors.Is(err, io.EOF) {
		return unfit(s.d.InputOffset(), "something follows the end of the document")
	}
	return nil
}

// members calls read for every member of the object that comes next, standing before its value.
func (s *scanner) members(path string, read func(key string) error) error {
	if _, err := s.d.ReadToken(); err != nil {
		return err
	}
	for s.d.PeekKind() != '}' {
		name, err := s.d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(path + name.String()); err != nil {
			return err
		}
	}
	_, err := s.d.ReadToken()
	return err
}

// section notes where a top-level value lies and, for objects, where its members do.
func (s *scanner) section(key string) error {
	i := slices.IndexFunc(snapshot.Sections, func(known snapshot.Section) bool { return known.Key == key })
	if i < 0 && key != "meta" {
		if len(s.index.Unknown) < maxUnknown {
			s.index.Unknown = append(s.index.Unknown, cut(key))
		}
		return s.skip()
	}
	if _, twice := s.index.Sections[key]; twice {
		return unfit(s.d.InputOffset(), "section %s is there twice", key)
	}
	kind := s.d.PeekKind()
	start := s.start()
	empty, err := s.value(key, kind)
	if err != nil {
		return err
	}
	s.index.Sections[key] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	if key == "meta" || empty {
		return nil
	}
	want := snapshot.Sections[i]
	if problem := wrongKind(want, kind); problem != "" {
		s.index.Problems = append(s.index.Problems, snapshot.Problem{Section: key, Reason: problem})
		s.forget(key)
	}
	return nil
}

// forget takes a section that cannot be loaded out of the index. Its key stays, without a length.
func (s *scanner) forget(key string) {
	for path := range s.index.Sections {
		if strings.HasPrefix(path, key+".") {
			delete(s.index.Sections, path)
		}
	}
	s.index.Sections[key] = snapshot.Range{}
}

// value goes past the section's value and reports whether there is nothing in it.
func (s *scanner) value(key string, kind jsontext.Kind) (empty bool, err error) {
	switch kind {
	case '{':
		empty = true
		return empty, s.members(key+".", func(path string) error {
			empty = false
			return s.member(path)
		})
	case '[':
		start := s.d.InputOffset()
		err := s.skip()
		return snapshot.Range{Start: start, End: s.d.InputOffset()}.Empty(), err
	default:
		token, err := s.d.ReadToken()
		if err != nil {
			return false, err
		}
		text := token.String()
		return text == "" || text == "null" || text == "false" || text == "0", nil
	}
}

// member notes the place of a list or object inside an object section, and reads who the account is.
func (s *scanner) member(path string) error {
	kind := s.d.PeekKind()
	if path == "account.account_id" || path == "account.region" {
		return s.identity(path, kind)
	}
	if kind != '[' && kind != '{' || len(s.index.Sections) > 200 {
		return s.skip()
	}
	start := s.start()
	if err := s.skip(); err != nil {
		return err
	}
	s.index.Sections[path] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	return nil
}

func (s *scanner) identity(path string, kind jsontext.Kind) error {
	if kind != '"' {
		return s.skip()
	}
	token, err := s.d.ReadToken()
	if err != nil {
		return err
	}
	if path == "account.region" {
		s.region = token.String()
		return nil
	}
	s.account, s.accountGiven = token.String(), true
	return nil
}

// skip goes past the next value token by token, so that nesting is bounded.
func (s *scanner) skip() error {
	depth := s.d.StackDepth()
	for {
		if _, err := s.d.ReadToken(); err != nil {
			return err
		}
		switch at := s.d.StackDepth(); {
		case at == depth:
			return nil
		case at > maxDepth:
			return unfit(s.d.InputOffset(), "it is nested deeper than %d levels", maxDepth)
		}
	}
}

// start is the offset of the first byte of the value that comes next; its kind has been peeked at.
func (s *scanner) start() int64 {
	rest := s.d.UnreadBuffer()
	return s.d.InputOffset() + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n:,")))
}

func wrongKind(want snapshot.Section, kind jsontext.Kind) string {
	switch {
	case want.Object && kind != '{':
		return "it is a list or a value, not an object"
	case !want.Object && kind != '[' && (kind != '{' || want.Key != "support_tickets"):
		return "it is no list"
	default:
		return ""
	}
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// check compares what the body says with the key, so that nobody writes under another account's name.
func (s *scanner) check() error {
	for _, section := range snapshot.Sections {
		if _, there := s.index.Sections[section.Key]; !there && section.Required {
			return unfit(-1, "the section %s is missing", section.Key)
		}
	}
	name := &s.index.Name
	switch account := s.index.Sections["account"]; {
	case !s.accountGiven && !account.Empty():
		return unfit(account.Start, "account.account_id is missing")
	case s.accountGiven && !accountID.MatchString(s.account):
		return unfit(account.Start, "account.account_id %q is not 12 digits", cut(s.account))
	case s.accountGiven && s.account != name.Account:
		return unfit(account.Start, "it belongs to account %s and lies under account %s", s.account, name.Account)
	case s.region != "" && name.Region != "" && s.region != name.Region:
		return unfit(account.Start, "account.region is %s and the key says %s", cut(s.region), name.Region)
	}
	if name.Region == "" {
		name.Region = s.region
	}
	if name.Region == "" {
		return unfit(-1, "neither the key nor account.region says which region it is")
	}
	return nil
}

func cut(text string) string {
	const longest = 100
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// maxToken bounds one text or number, which the JSON decoder holds as a whole.
const maxToken = 16 << 20

// tokenLimit passes a document on and fails in the middle of a text or number that is longer than maxToken.
type tokenLimit struct {
	source   io.Reader
	run      int // bytes since the token began
	inText   bool
	escaped  bool
	previous int64
}

func (l *tokenLimit) Read(p []byte) (int, error) {
	n, err := l.source.Read(p)
	for _, b := range p[:n] {
		l.step(b)
		if l.run > maxToken {
			return 0, unfit(l.previous, "a text or number before byte %d is longer than %d bytes", l.previous+int64(n), maxToken)
		}
	}
	l.previous += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("reading the object: %w", err)
	}
	return n, err
}

func (l *tokenLimit) step(b byte) {
	l.run++
	switch {
	case l.escaped:
		l.escaped = false
	case l.inText && b == '\\':
		l.escaped = true
	case b == '"':
		l.inText, l.run = !l.inText, 0
	case !l.inText && (b < '+' || b > 'z' || b == ',' || b == ':' || b == '[' || b == ']'):
		l.run = 0
	}
}

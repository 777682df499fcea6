package index

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/catalog"
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
	body, foreign, err := begin(body)
	if err != nil {
		return index, err
	}
	if foreign != "" {
		return index, unfit(0, "%s", foreign)
	}
	content := fnv.New64a()
	// Half a surrogate pair is legal JSON: the loaders replace it. Bytes that are no UTF-8 are refused by the reader.
	d := jsontext.NewDecoder(&checkedReader{source: io.TeeReader(body, content)}, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	s := scanner{d: d, index: &index, seen: map[string]bool{}}
	if err := s.document(); err != nil {
		return index, s.readable(err)
	}
	if err := s.check(); err != nil {
		return index, err
	}
	return index, h.applyMeta(ctx, store, &index, content.Sum64())
}

// scanner goes through the document once.
type scanner struct {
	d               *jsontext.Decoder
	index           *snapshot.Index
	seen            map[string]bool // top-level keys
	account, region string          // as the body says
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
	known, isSection := catalog.FindSection(key)
	if !isSection && key != "meta" {
		if len(s.index.Unknown) < maxUnknown {
			s.index.Unknown = append(s.index.Unknown, cut(key))
		}
		_, err := s.skip()
		return err
	}
	if s.seen[key] {
		return unfit(s.d.InputOffset(), "section %s is there twice", key)
	}
	s.seen[key] = true
	kind := s.d.PeekKind()
	start := s.start()
	object := key == "meta" || known.Object
	read := s.skip
	if kind == '{' && (object || key == tickets) { // tickets come as a list, or as an object with the list in it
		read = func() (empty bool, err error) {
			empty = true
			err = s.members(key+".", func(path string) error { empty = false; return s.member(path) })
			return empty, err
		}
	}
	empty, err := read()
	if err != nil {
		return err
	}
	_, wrapped := s.index.Sections[key+".tickets"]
	if kind == '{' && (object || wrapped) || kind == '[' && !object {
		s.index.Sections[key] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	} else if !empty && key != "meta" {
		s.problem(key, kind, !object)
	}
	return nil
}

func (s *scanner) problem(path string, kind jsontext.Kind, list bool) {
	names := map[jsontext.Kind]string{'{': "an object", '[': "a list", '"': "a text", '0': "a number", 't': "true"}
	want := names['{']
	if list {
		want = names['[']
	}
	s.index.Problems = append(s.index.Problems, snapshot.Problem{Section: path, Reason: "it is " + names[kind] + ", not " + want})
}

// members are the objects and lists in object sections that are loaded, and their kinds.
var members = func() map[string]jsontext.Kind {
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

// member notes the place of a list or object inside an object section, and reads who the account is.
func (s *scanner) member(path string) error {
	kind := s.d.PeekKind()
	if path == "account.account_id" || path == "account.region" {
		return s.identity(path, kind)
	}
	start := s.start()
	empty, err := s.skip()
	switch want := members[path]; {
	case err != nil || want == 0:
		return err
	case kind == want:
		s.index.Sections[path] = snapshot.Range{Start: start, End: s.d.InputOffset()}
	case !empty:
		s.problem(path, kind, want == '[')
	}
	return nil
}

func (s *scanner) identity(path string, kind jsontext.Kind) error {
	if kind != '"' {
		_, err := s.skip()
		return err
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

// skip goes past the next value token by token, so that nesting is bounded, and reports whether it holds nothing.
func (s *scanner) skip() (empty bool, err error) {
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
			return false, unfit(s.d.InputOffset(), "it is nested deeper than %d levels", maxDepth)
		}
	}
}

// start is the offset of the first byte of the value that comes next; its kind has been peeked at.
func (s *scanner) start() int64 {
	rest := s.d.UnreadBuffer()
	return s.d.InputOffset() + int64(len(rest)-len(bytes.TrimLeft(rest, " \t\r\n:,")))
}

// check compares what the body says with the key, so that nobody writes under another account's name.
func (s *scanner) check() error {
	for _, section := range snapshot.Sections {
		if section.Required && !s.seen[section.Key] {
			return unfit(-1, "the section %s is missing", section.Key)
		}
	}
	name := &s.index.Name
	_, wrong := snapshot.ParseAccount(s.account)
	switch account := s.index.Sections["account"]; {
	case slices.ContainsFunc(s.index.Problems, func(p snapshot.Problem) bool { return p.Section == "account" }):
		return unfit(-1, "the section account is no object")
	case !s.accountGiven && !account.Empty():
		return unfit(account.Start, "account.account_id is missing")
	case s.accountGiven && wrong != nil:
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

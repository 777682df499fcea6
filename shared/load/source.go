package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/object"
	"view360/shared/snapshot"
)

// source streams the elements of a table's section.
type source struct {
	store *object.Store
	index snapshot.Index
	tee   io.Writer // gets the bytes of a list as they are read; may be nil
}

func (s source) withTee(tee io.Writer) source {
	s.tee = tee
	return s
}

// sectionPath is the parsed [Table.Section]: the indexed range to read, and the list inside its elements if the rows are
// nested.
type sectionPath struct {
	path   string // in the index
	isList bool   // the range is a list of elements
	nested string // member of the elements that lists the rows; "" if the elements are the rows
}

func parseSectionPath(section string) sectionPath {
	outer, nested, isNested := strings.Cut(section, "[].")
	return sectionPath{path: strings.TrimSuffix(outer, "[]"), isList: strings.HasSuffix(outer, "[]") || isNested, nested: strings.TrimSuffix(nested, "[]")}
}

// rowPosition is the position of a row in its section.
type rowPosition struct {
	parent int // ordinal of the element around it; 0 for an object section
	index  int // ordinal in its list; -1 for an object section
}

// listPath returns the path of the list that has the row: security.security_hub[2].findings.
func (p rowPosition) listPath(section string) string {
	section, isList := strings.CutSuffix(section, "[]")
	if isList {
		section = strings.Replace(section, "[]", fmt.Sprintf("[%d]", p.parent), 1)
	}
	return section
}

// openSection opens the range of a path. It leaves large lists inside an object section out, so an object stays small.
func (s source) openSection(ctx context.Context, loc sectionPath) (io.ReadCloser, error) {
	section := s.index.Sections[loc.path]
	version := object.Version{Key: s.index.Key, ETag: s.index.ETag, ID: s.index.Version}
	if loc.isList {
		body, err := s.store.OpenRange(ctx, version, section.Start, section.End)
		if err != nil || s.tee == nil {
			return body, err
		}
		return readCloser{io.TeeReader(body, s.tee), body}, nil
	}
	return s.openWithoutLists(ctx, version, loc.path, section)
}

// openWithoutLists opens an object with null in place of each indexed list.
func (s source) openWithoutLists(ctx context.Context, version object.Version, path string, section snapshot.Range) (io.ReadCloser, error) {
	var holes []snapshot.Range
	for member, r := range s.index.Sections {
		if strings.HasPrefix(member, path+".") && r.End-r.Start > 1<<10 {
			holes = append(holes, r)
		}
	}
	slices.SortFunc(holes, func(a, b snapshot.Range) int { return int(a.Start - b.Start) })
	var readers []io.Reader
	var closers closers
	start := section.Start
	for _, hole := range append(holes, snapshot.Range{Start: section.End, End: section.End}) {
		piece, err := s.store.OpenRange(ctx, version, start, hole.Start)
		if err != nil {
			return nil, errors.Join(err, closers.Close())
		}
		closers = append(closers, piece)
		readers = append(readers, piece)
		if hole.End != section.End || hole.Start != hole.End {
			readers = append(readers, strings.NewReader("null"))
		}
		start = hole.End
	}
	return readCloser{io.MultiReader(readers...), closers}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

type closers []io.Closer

func (p closers) Close() error {
	var failures []error
	for _, c := range p {
		failures = append(failures, c.Close())
	}
	return errors.Join(failures...)
}

// copyTo copies the bytes of a list.
func (s source) copyTo(ctx context.Context, section string, to io.Writer) error {
	body, err := s.openSection(ctx, parseSectionPath(section))
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(to, body); err != nil {
		return fmt.Errorf("reading %s: %w", section, err)
	}
	return nil
}

// visitRows calls visit for every element of the section. visit must read exactly one value.
func (s source) visitRows(ctx context.Context, section string, visit func(rowPosition, *jsontext.Decoder) error) error {
	loc := parseSectionPath(section)
	body, err := s.openSection(ctx, loc)
	if err != nil {
		return err
	}
	defer body.Close()
	d := jsontext.NewDecoder(body, lenient)
	w := walker{d: d, visit: visit}
	switch {
	case !loc.isList && d.PeekKind() == '{':
		err = visit(rowPosition{index: -1}, d)
	case loc.isList && loc.nested == "":
		err = w.visitList(0)
	case loc.isList:
		err = w.visitNested(loc.nested)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", section, err)
	}
	return nil
}

// walker visits the elements of a list, or of the lists inside its elements, one at a time.
type walker struct {
	d     *jsontext.Decoder
	visit func(rowPosition, *jsontext.Decoder) error
}

// visitList visits the elements of the next list.
func (w walker) visitList(parent int) error {
	return w.readElements(func(i int) error { return w.visit(rowPosition{parent, i}, w.d) })
}

// visitNested visits the elements of the lists in a member of the elements of the next list.
func (w walker) visitNested(member string) error {
	return w.readElements(func(i int) error {
		return w.readMembers(func(name string) error {
			if name == member {
				return w.visitList(i)
			}
			return w.d.SkipValue()
		})
	})
}

// readElements reads the next list; it skips a value that is not a list.
func (w walker) readElements(read func(i int) error) error {
	if w.d.PeekKind() != '[' {
		return w.d.SkipValue()
	}
	if _, err := w.d.ReadToken(); err != nil {
		return err
	}
	for i := 0; w.d.PeekKind() != ']'; i++ {
		if err := read(i); err != nil {
			return err
		}
	}
	_, err := w.d.ReadToken()
	return err
}

// readMembers reads the next object; it skips a value that is not an object.
func (w walker) readMembers(read func(name string) error) error {
	if w.d.PeekKind() != '{' {
		return w.d.SkipValue()
	}
	if _, err := w.d.ReadToken(); err != nil {
		return err
	}
	for w.d.PeekKind() != '}' {
		name, err := w.d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(name.String()); err != nil {
			return err
		}
	}
	_, err := w.d.ReadToken()
	return err
}

package load

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/snapshot"
)

// memberTree finds the members of an element that the columns of one table use, without decoding the others.
type memberTree struct {
	columns []int                  // columns that take this value
	inner   map[string]*memberTree // by member name
}

func newMemberTree(columns []Column) *memberTree {
	root := &memberTree{}
	for i, c := range columns {
		if c.Fixed != nil {
			continue
		}
		root.addPath(cmp.Or(c.Member, c.Name), i)
		if c.FallbackMember != "" {
			root.addPath(c.FallbackMember, len(columns)+i)
		}
	}
	return root
}

func (m *memberTree) addPath(path string, value int) {
	for _, name := range strings.Split(path, ".") {
		if m.inner == nil {
			m.inner = map[string]*memberTree{}
		}
		if m.inner[name] == nil {
			m.inner[name] = &memberTree{}
		}
		m = m.inner[name]
	}
	m.columns = append(m.columns, value)
}

// readObject stores the values that columns take in values. It skips a value that is not an object.
func (m *memberTree) readObject(d *jsontext.Decoder, values []jsontext.Value) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		at := m.inner[name.String()]
		switch {
		case at == nil:
			err = d.SkipValue()
		case len(at.columns) > 0:
			var v jsontext.Value
			if v, err = d.ReadValue(); err == nil {
				for _, i := range at.columns {
					values[i] = append(values[i][:0], v...)
				}
			}
			if err == nil && len(at.inner) > 0 { // other columns take members of the same value
				err = at.readObject(jsontext.NewDecoder(bytes.NewReader(v), lenient), values)
			}
		default:
			err = at.readObject(d, values)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// encoder turns elements into lines of COPY's text format.
type encoder struct {
	table   Table
	fixed   []string
	isKey   []bool // parts of the table's key, and what finds the parent
	members *memberTree
	values  []jsontext.Value // of the columns, then of their fallback members
	cells   []cell
	key     keyState // of the row that was read last
	line    []byte
}

// keyState says whether the key of a rejected row names a stored row.
type keyState int

const (
	keyUnknown    keyState = iota // a part cannot be read
	keyUnstorable                 // a part is longer than its column, so that no stored row has it
	keyKnown
)

// addPart returns the state with the next part of the key, which was read with err.
func (k keyState) addPart(err error) keyState {
	var tooLong *tooLongError
	switch {
	case k == keyUnstorable || errors.As(err, &tooLong):
		return keyUnstorable
	case err != nil:
		return keyUnknown
	default:
		return k
	}
}

func newEncoder(t Table, index snapshot.Index) *encoder {
	e := &encoder{
		table: t, fixed: make([]string, len(t.Columns)), isKey: make([]bool, len(t.Columns)), members: newMemberTree(t.Columns),
		values: make([]jsontext.Value, 2*len(t.Columns)), cells: make([]cell, len(t.Columns)),
	}
	for i, c := range t.Columns {
		e.isKey[i] = slices.Contains(t.Key, c.Name) || c.isHidden()
		if c.Fixed != nil {
			e.fixed[i] = c.Fixed(index)
		}
	}
	return e
}

// readRow reads one element into e.cells, valid until the next call, and returns its issues. ok is false for a row that
// must be rejected.
func (e *encoder) readRow(at rowPosition, d *jsontext.Decoder) (issues []issue, ok bool, err error) {
	for i := range e.values {
		e.values[i] = e.values[i][:0]
	}
	e.key = keyUnknown
	if kind := d.PeekKind(); kind != '{' {
		value, err := d.ReadValue()
		return []issue{{at: at, reason: "the element is not an object", excerpt: toExcerpt(value)}}, false, err
	}
	if err := e.members.readObject(d, e.values); err != nil {
		return nil, false, err
	}
	ok, e.key = true, keyKnown
	for i, c := range e.table.Columns {
		value, err := e.encodeColumn(i, c)
		if e.isKey[i] {
			e.key = e.key.addPart(err)
		}
		found := issue{at: at, column: strings.TrimPrefix(c.Name, "_"), excerpt: toExcerpt(e.values[i]), reason: "changed to fit " + c.Type.String()}
		if err != nil {
			found.reason = err.Error()
			value = e.adaptColumn(i, c, value, err)
		}
		e.cells[i] = value
		switch {
		case value.adapted:
			found.adapted = true
		case err != nil:
			ok = false
		default:
			continue
		}
		issues = append(issues, found)
	}
	if ok && e.table.PeriodColumns[0] != "" && e.endsBeforeStart() {
		ok = false
		issues = append(issues, issue{at: at, column: e.table.PeriodColumns[1], reason: "is before " + e.table.PeriodColumns[0]})
	}
	return issues, ok, nil
}

// endsBeforeStart compares the table's period columns: dates in this form sort as text.
func (e *encoder) endsBeforeStart() bool {
	var from, to string
	for i, c := range e.table.Columns {
		switch c.Name {
		case e.table.PeriodColumns[0]:
			from = e.cells[i].text
		case e.table.PeriodColumns[1]:
			to = e.cells[i].text
		}
	}
	return to != "" && to < from
}

// encodeTempTableLine returns the row that was read last in COPY's text format, its position first.
func (e *encoder) encodeTempTableLine(at rowPosition) []byte {
	e.line = strconv.AppendInt(e.line[:0], int64(max(at.index, 0)), 10)
	e.line = append(e.line, '\t')
	e.line = strconv.AppendInt(e.line, int64(at.parent), 10)
	for _, c := range e.cells {
		e.line = c.appendTo(append(e.line, '\t'))
	}
	e.line = append(e.line, '\n')
	return e.line
}

// encodeKeyLine returns the line of the temporary table for a rejected row that was read last: only its key.
func (e *encoder) encodeKeyLine(at rowPosition) []byte {
	for i := range e.cells {
		if !e.isKey[i] {
			e.cells[i] = nullCell
		}
	}
	return e.encodeTempTableLine(at)
}

// adaptColumn returns what to store for a value that cannot be read: the beginning of a text that is too long, the default
// of a column that must not be null, else null. A part of the key, and a column that has neither, reject the row.
func (e *encoder) adaptColumn(i int, c Column, value cell, err error) cell {
	var tooLong *tooLongError
	switch {
	case e.isKey[i] || c.Rule == Whole:
		return cell{}
	case errors.As(err, &tooLong):
		return cell{text: value.text, adapted: true}
	case c.Rule == Required && c.Default != "":
		return cell{text: c.Default, adapted: true}
	case c.Rule == Required:
		return cell{}
	default:
		return cell{null: true, adapted: true}
	}
}

// appendTo appends the value in COPY's text format.
func (c cell) appendTo(line []byte) []byte {
	if c.null {
		return append(line, `\N`...)
	}
	return appendEscaped(line, c.text)
}

// encodeColumn returns the value of one column.
func (e *encoder) encodeColumn(i int, c Column) (cell, error) {
	if c.Fixed != nil {
		return cell{text: e.fixed[i]}, nil
	}
	v := e.values[i]
	if (len(v) == 0 || v.Kind() == 'n') && c.FallbackMember != "" {
		v, c.Map = e.values[len(e.table.Columns)+i], nil
	}
	value, err := c.convertValue(v)
	if value.null && c.Default != "" && (len(v) == 0 || c.Rule == Required || e.isKey[i]) {
		return cell{text: c.Default}, err // a nullable column outside the key keeps an explicit null
	}
	switch {
	case err != nil || !value.null:
	case c.Rule == EmptyText:
		return cell{}, nil
	case c.Rule == Required:
		err = errAbsent
	}
	return value, err
}

// appendEscaped appends a value in COPY's text format.
func appendEscaped(line []byte, s string) []byte {
	written := 0
	for i := 0; i < len(s); i++ {
		escape := escapes[s[i]]
		if escape == 0 {
			continue
		}
		line = append(append(line, s[written:i]...), '\\', escape)
		written = i + 1
	}
	return append(line, s[written:]...)
}

// escapes maps the bytes that COPY's text format escapes to the letter after the backslash.
var escapes = [256]byte{'\\': '\\', '\n': 'n', '\r': 'r', '\t': 't'}

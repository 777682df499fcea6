package index

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxToken bounds one text or number, which the JSON decoder holds as a whole.
const maxToken = 16 << 20

// beginnings are the first bytes of what people put in place of plain JSON.
var beginnings = []struct{ bytes, reason string }{
	{"\x1f\x8b", "it is compressed with gzip: a snapshot is plain JSON"},
	{"PK\x03\x04", "it is a ZIP archive: a snapshot is plain JSON"},
	{"\xff\xfe", "it is UTF-16: a snapshot is UTF-8"},
	{"\xfe\xff", "it is UTF-16: a snapshot is UTF-8"},
	{"\xef\xbb\xbf", "it begins with a byte order mark: a snapshot begins with {"},
	{"\x00", "it begins with zero bytes: a snapshot begins with {"},
}

// begin looks at the first bytes of a document and says what it is when it cannot be a snapshot.
func begin(body io.Reader) (whole io.Reader, foreign string, err error) {
	buffered := bufio.NewReader(body)
	head, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("reading the object: %w", err)
	}
	for _, beginning := range beginnings {
		if strings.HasPrefix(string(head), beginning.bytes) {
			return nil, beginning.reason, nil
		}
	}
	return buffered, "", nil
}

// maxBlanks bounds what stands between two tokens, which the decoder holds as well.
const maxBlanks = 1 << 20

// checkedReader passes a document on, and fails at the first byte that is no UTF-8, in the middle of a text or number
// that is longer than maxToken, and in the middle of more than maxBlanks blanks.
type checkedReader struct {
	source  io.Reader
	offset  int64  // bytes passed on
	partial []byte // beginning of a character that the last piece ended in
	run     int    // bytes since the token began
	blanks  int    // since the last token
	inText  bool
	escaped bool
}

func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	if at := c.invalid(p[:n]); at >= 0 {
		return 0, unfit(at, "it is no UTF-8 at byte %d", at)
	}
	for _, b := range p[:n] {
		c.step(b)
		if c.run > maxToken {
			return 0, unfit(c.offset, "a text or number before byte %d is longer than %d bytes", c.offset+int64(n), maxToken)
		}
		if c.blanks > maxBlanks {
			return 0, unfit(c.offset, "more than %d blanks follow each other before byte %d", maxBlanks, c.offset+int64(n))
		}
	}
	c.offset += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("reading the object: %w", err)
	}
	return n, err
}

// invalid is the offset of the first byte in piece that is no UTF-8, or -1. A character may go on in the next piece.
func (c *checkedReader) invalid(piece []byte) int64 {
	start := c.offset - int64(len(c.partial))
	for len(c.partial) > 0 && len(piece) > 0 && !utf8.FullRune(c.partial) {
		c.partial, piece = append(c.partial, piece[0]), piece[1:]
	}
	if len(c.partial) > 0 {
		if !utf8.FullRune(c.partial) {
			return -1
		}
		if !utf8.Valid(c.partial) {
			return start
		}
		start += int64(len(c.partial))
		c.partial = c.partial[:0]
	}
	whole := len(piece)
	for i := 1; i <= min(utf8.UTFMax, len(piece)); i++ {
		if utf8.RuneStart(piece[len(piece)-i]) {
			if !utf8.FullRune(piece[len(piece)-i:]) {
				whole -= i
			}
			break
		}
	}
	if utf8.Valid(piece[:whole]) {
		c.partial = append(c.partial, piece[whole:]...)
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(piece[i:])
		if r == utf8.RuneError && size == 1 {
			return start + int64(i)
		}
		i += size
	}
}

// step follows where texts, numbers and blanks begin and end.
func (c *checkedReader) step(b byte) {
	c.run++
	c.blanks++
	if c.inText || b != ' ' && b != '\n' && b != '\r' && b != '\t' {
		c.blanks = 0
	}
	switch {
	case c.escaped:
		c.escaped = false
	case c.inText && b == '\\':
		c.escaped = true
	case b == '"':
		c.inText, c.run = !c.inText, 0
	case !c.inText && (b < '+' || b > 'z' || b == ',' || b == ':' || b == '[' || b == ']'):
		c.run = 0
	}
}

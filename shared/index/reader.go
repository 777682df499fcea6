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

// beginnings has the first bytes of files that are not plain JSON.
var beginnings = []struct{ bytes, reason string }{
	{"\x1f\x8b", "it is compressed with gzip: a snapshot is plain JSON"},
	{"PK\x03\x04", "it is a ZIP archive: a snapshot is plain JSON"},
	{"\xff\xfe", "it is UTF-16: a snapshot is UTF-8"},
	{"\xfe\xff", "it is UTF-16: a snapshot is UTF-8"},
	{"\xef\xbb\xbf", "it begins with a byte order mark: a snapshot begins with {"},
	{"\x00", "it begins with zero bytes: a snapshot begins with {"},
}

// detectFormat returns the reason if the first bytes of a document cannot begin a snapshot, else all of the document.
func detectFormat(body io.Reader) (whole io.Reader, foreign string, err error) {
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

// maxBlanks bounds the blanks between two tokens, which the decoder holds as well.
const maxBlanks = 1 << 20

// checkedReader reads a document. It fails at the first byte that is not UTF-8, inside a text or number that is longer than
// maxToken, and after maxBlanks blanks.
type checkedReader struct {
	source  io.Reader
	offset  int64  // bytes read
	partial []byte // beginning of a character at the end of the last piece
	run     int    // bytes since the token began
	blanks  int    // since the last token
	inText  bool
	escaped bool
}

// Read reads the next piece of the document.
func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	if at := c.findInvalidUTF8(p[:n]); at >= 0 {
		return 0, newInvalid(at, "it is not UTF-8 at byte %d", at)
	}
	for _, b := range p[:n] {
		c.trackToken(b)
		if c.run > maxToken {
			return 0, newInvalid(c.offset, "a text or number before byte %d is longer than %d bytes", c.offset+int64(n), maxToken)
		}
		if c.blanks > maxBlanks {
			return 0, newInvalid(c.offset, "there are more than %d blanks in a row before byte %d", maxBlanks, c.offset+int64(n))
		}
	}
	c.offset += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("reading the object: %w", err)
	}
	return n, err
}

// findInvalidUTF8 returns the offset of the first byte that is not UTF-8, or -1. A character may end in the next piece.
func (c *checkedReader) findInvalidUTF8(piece []byte) int64 {
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

// trackToken updates the lengths of the current token and of the current blanks.
func (c *checkedReader) trackToken(b byte) {
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

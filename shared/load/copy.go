package load

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// copyResult collects what the encoder says while the rows are copied.
type copyResult struct {
	counts Counts
	issues []issue
}

func (s *copyResult) addRow(misfits []issue, ok bool) {
	s.counts.Read++
	if !ok {
		s.counts.Rejected++
	}
	for _, m := range misfits {
		if m.adapted && ok {
			s.counts.Adapted++
		}
		if len(s.issues) < maxStoredIssues && (ok == m.adapted) {
			s.issues = append(s.issues, m)
		}
	}
}

// copyRows streams the section's rows to a COPY statement. line makes the line of the row that the encoder has read; hash
// gets the bytes of the section, and may be nil.
func (s *Session) copyRows(ctx context.Context, t Table, statement string, hash io.Writer, line func(*encoder, rowPosition) ([]byte, error)) (*copyResult, error) {
	result := &copyResult{}
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() {
		lines := &lineWriter{out: writer}
		encoder := newEncoder(t, s.Index)
		err := s.source.withTee(hash).visitRows(ctx, t.Section, func(at rowPosition, d *jsontext.Decoder) error {
			misfits, ok, err := encoder.readRow(at, d)
			if err != nil {
				return err
			}
			result.addRow(misfits, ok)
			if !ok {
				return nil
			}
			text, err := line(encoder, at)
			if err != nil {
				return err
			}
			return lines.writeLine(text)
		})
		if err == nil {
			err = lines.flush()
		}
		writer.CloseWithError(err)
		read <- err
	}()
	_, err := s.Tx.Conn().PgConn().CopyFrom(ctx, reader, statement)
	reader.Close()
	if failure := <-read; failure != nil && !errors.Is(failure, io.ErrClosedPipe) {
		return nil, failure // the server only says that the copy was given up
	}
	if err != nil {
		return nil, fmt.Errorf("copying the rows: %w", err)
	}
	return result, nil
}

// lineWriter hands over whole lines in large pieces.
type lineWriter struct {
	out    io.Writer
	buffer []byte
}

const flushSize = 64 << 10

func (l *lineWriter) writeLine(line []byte) error {
	l.buffer = append(l.buffer, line...)
	if len(l.buffer) < flushSize {
		return nil
	}
	return l.flush()
}

func (l *lineWriter) flush() error {
	_, err := l.out.Write(l.buffer)
	l.buffer = l.buffer[:0]
	return err
}

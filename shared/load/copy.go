package load

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// copyResult collects the counts and issues of the rows copied.
type copyResult struct {
	counts Counts
	issues []issue
	listed listedKeys
}

// listedKeys are the keys of rejected rows. What was listed exists, so its stored row stays, even if it is out of date.
type listedKeys struct {
	lines      []byte // of the temporary table
	incomplete bool   // a rejected row has no readable key: any stored row may be the one that it describes
}

// maxListedBytes limits the keys that are held in memory.
const maxListedBytes = 16 << 20

func (k *listedKeys) addKey(e *encoder, at rowPosition) {
	switch {
	case k.incomplete || e.key == keyUnstorable:
	case e.key == keyUnknown || len(k.lines) >= maxListedBytes:
		k.incomplete, k.lines = true, nil
	default:
		k.lines = append(k.lines, e.encodeKeyLine(at)...)
	}
}

func (r *copyResult) addRow(issues []issue, ok bool) {
	r.counts.Read++
	if !ok {
		r.counts.Rejected++
	}
	for _, i := range issues {
		if i.adapted && ok {
			r.counts.Adapted++
		}
		if len(r.issues) < maxStoredIssues && (ok == i.adapted) {
			r.issues = append(r.issues, i)
		}
	}
}

// buildLine returns the COPY line of the row that the encoder has read last.
type buildLine func(*encoder, rowPosition) ([]byte, error)

// copyRows streams the section's rows to a COPY statement. hash gets the bytes of the section, and may be nil.
func (l *tableLoader) copyRows(ctx context.Context, statement string, hash io.Writer, build buildLine) (*copyResult, error) {
	result := &copyResult{}
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() {
		lines := &lineWriter{out: writer}
		encoder := newEncoder(l.table, l.Index)
		err := l.source.withTee(hash).visitRows(ctx, l.table.Section, func(at rowPosition, d *jsontext.Decoder) error {
			issues, ok, err := encoder.readRow(at, d)
			if err != nil {
				return err
			}
			result.addRow(issues, ok)
			if !ok {
				result.listed.addKey(encoder, at)
				return nil
			}
			line, err := build(encoder, at)
			if err != nil {
				return err
			}
			return lines.writeLine(line)
		})
		if err == nil {
			err = lines.flush()
		}
		writer.CloseWithError(err)
		read <- err
	}()
	_, err := l.Tx.Conn().PgConn().CopyFrom(ctx, reader, statement)
	reader.Close()
	if failure := <-read; failure != nil && !errors.Is(failure, io.ErrClosedPipe) {
		return nil, failure // the server's error only says that the copy was aborted
	}
	if err != nil {
		return nil, fmt.Errorf("copying rows: %w", err)
	}
	return result, nil
}

// lineWriter writes whole lines in large pieces.
type lineWriter struct {
	out    io.Writer
	buffer []byte
}

const flushSize = 64 << 10

func (w *lineWriter) writeLine(line []byte) error {
	w.buffer = append(w.buffer, line...)
	if len(w.buffer) < flushSize {
		return nil
	}
	return w.flush()
}

func (w *lineWriter) flush() error {
	_, err := w.out.Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}

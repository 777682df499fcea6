package load

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// staging collects what the encoder says while the rows are copied.
type staging struct {
	counts  Counts
	misfits []misfit
}

func (s *staging) add(misfits []misfit, ok bool) {
	s.counts.Read++
	if !ok {
		s.counts.Rejected++
	}
	for _, m := range misfits {
		if m.adapted && ok {
			s.counts.Adapted++
		}
		if len(s.misfits) < keptRejects && (ok == m.adapted) {
			s.misfits = append(s.misfits, m)
		}
	}
}

// copy streams the section's rows to a COPY statement. line makes the line of the row that the encoder has read; hash
// gets the bytes of the section, and may be nil.
func (s *Session) copy(ctx context.Context, t Table, statement string, hash io.Writer, line func(*encoder, place) ([]byte, error)) (*staging, error) {
	result := &staging{}
	reader, writer := io.Pipe()
	read := make(chan error, 1)
	go func() {
		lines := &lineWriter{out: writer}
		encoder := newEncoder(t, s.Index)
		err := s.source.teed(hash).each(ctx, t.Section, func(at place, d *jsontext.Decoder) error {
			misfits, ok, err := encoder.read(at, d)
			if err != nil {
				return err
			}
			result.add(misfits, ok)
			if !ok {
				return nil
			}
			text, err := line(encoder, at)
			if err != nil {
				return err
			}
			return lines.write(text)
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

const pieceSize = 64 << 10

func (l *lineWriter) write(line []byte) error {
	l.buffer = append(l.buffer, line...)
	if len(l.buffer) < pieceSize {
		return nil
	}
	return l.flush()
}

func (l *lineWriter) flush() error {
	_, err := l.out.Write(l.buffer)
	l.buffer = l.buffer[:0]
	return err
}

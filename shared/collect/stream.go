package collect

import (
	"bufio"
	"context"
	"io"
	"sync"

	"view360/shared/object"
)

// stream is one JSON array that is being uploaded to S3.
type stream struct {
	key    string
	mu     sync.Mutex
	pipe   *io.PipeWriter
	buffer *bufio.Writer
	items  int
	bytes  int64
	done   chan error
}

func openStream(ctx context.Context, store *object.Store, key string) *stream {
	reader, writer := io.Pipe()
	s := &stream{key: key, pipe: writer, buffer: bufio.NewWriterSize(writer, 64<<10), done: make(chan error, 1)}
	go func() {
		_, err := store.Put(ctx, key, reader)
		reader.CloseWithError(err) // a writer that still writes gets the error
		s.done <- err
	}()
	return s
}

func (s *stream) writeElement(element []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	separator := byte(',')
	if s.items == 0 {
		separator = '['
	}
	s.items++
	s.bytes += int64(len(element)) + 1
	if err := s.buffer.WriteByte(separator); err != nil {
		return err
	}
	_, err := s.buffer.Write(element)
	return err
}

func (s *stream) finishList() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := "]"
	if s.items == 0 {
		end = "[]"
	}
	if _, err := s.buffer.WriteString(end); err != nil {
		s.abortUpload(err)
		return <-s.done
	}
	if err := s.buffer.Flush(); err != nil {
		s.abortUpload(err)
		return <-s.done
	}
	s.pipe.Close()
	return <-s.done
}

func (s *stream) abortUpload(cause error) { s.pipe.CloseWithError(cause) }

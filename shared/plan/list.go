package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"view360/shared/object"
)

// WriteList streams the entries that fill adds to key, as a JSON array, and returns their number.
func WriteList(ctx context.Context, store *object.Store, key string, fill func(add func(Entry) error) error) (int, error) {
	reader, writer := io.Pipe()
	defer reader.Close() // ends the writer when the upload fails
	counted := make(chan int, 1)
	go func() {
		list := listWriter{out: writer}
		err := fill(list.writeEntry)
		if err == nil {
			err = list.writeEnd()
		}
		counted <- list.count
		writer.CloseWithError(err)
	}()
	if _, err := store.Put(ctx, key, reader); err != nil {
		return 0, err
	}
	return <-counted, nil
}

// listWriter writes a JSON array element by element.
type listWriter struct {
	out   io.Writer
	count int
}

func (l *listWriter) writeEntry(s Entry) error {
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the plan of account %s: %w", s.Request.Account, err)
	}
	separator := ","
	if l.count == 0 {
		separator = "["
	}
	l.count++
	_, err = l.out.Write(append([]byte(separator), body...))
	return err
}

func (l *listWriter) writeEnd() error {
	end := "]"
	if l.count == 0 {
		end = "[]"
	}
	_, err := io.WriteString(l.out, end)
	return err
}

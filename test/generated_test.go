package test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
)

// generated is an object that is made while it is read, so that it may be as large as it likes.
type generated struct {
	write func(w io.Writer) error
	size  int64
	peak  atomic.Uint64 // bytes on the heap while it was read
}

// Write counts the bytes.
func (g *generated) Write(p []byte) (int, error) {
	g.size += int64(len(p))
	return len(p), nil
}

// window passes on the bytes of a range.
type window struct {
	out        io.Writer
	skip, left int64
	of         *generated
	sampled    int64
}

var errPast = errors.New("past the range")

func (w *window) Write(p []byte) (int, error) {
	n := len(p)
	if skipped := min(w.skip, int64(n)); skipped > 0 {
		w.skip -= skipped
		p = p[skipped:]
	}
	p = p[:min(w.left, int64(len(p)))]
	w.left -= int64(len(p))
	if w.sampled += int64(len(p)); w.sampled > 1<<20 {
		w.sampled = 0
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.of.peak.Store(max(w.of.peak.Load(), m.HeapAlloc))
	}
	if _, err := w.out.Write(p); err != nil {
		return 0, err
	}
	if w.left == 0 {
		return n, errPast
	}
	return n, nil
}

// ServeHTTP answers every GET with the object, or the range of it that is asked for.
func (g *generated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, last, status := int64(0), g.size-1, http.StatusOK
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err == nil {
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, g.size))
	}
	w.Header().Set("ETag", `"e"`)
	w.Header().Set("Content-Length", fmt.Sprint(last-first+1))
	w.WriteHeader(status)
	out := bufio.NewWriterSize(&window{out: w, skip: first, left: last - first + 1, of: g}, 64<<10)
	if g.write(out) == nil {
		_ = out.Flush() // the reader may have gone
	}
}

// writeRepeated writes a text many times.
func writeRepeated(w io.Writer, text string, times int) error {
	many := []byte(strings.Repeat(text, max(1, 64<<10/max(1, len(text)))))
	for size := times * len(text); size > 0; size -= len(many) {
		if _, err := w.Write(many[:min(size, len(many))]); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far a run is: bars on a terminal; elsewhere a line for each finished piece, as text or as JSON.
// Its methods are safe for concurrent use.
type progress struct {
	out     io.Writer
	asJSON  bool
	bars    *mpb.Progress // nil: lines
	started time.Time

	mu    sync.Mutex
	kinds []*pieces // the finest last
	rows  int64
}

// pieces are those of one kind, such as services.
type pieces struct {
	kind           string
	done, expected int64
	bar            *mpb.Bar // nil: lines
}

func newProgress(out io.Writer, asJSON bool) *progress {
	p := &progress{out: out, asJSON: asJSON, started: time.Now()}
	if file, ok := out.(*os.File); ok && !asJSON && term.IsTerminal(int(file.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(48), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return p
}

// expectPieces adds to the expected number of pieces of a kind. Coarse kinds come first.
func (p *progress) expectPieces(kind string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	counted := p.findKind(kind)
	if counted == nil {
		counted = &pieces{kind: kind}
		p.kinds = append(p.kinds, counted)
		if p.bars != nil {
			counted.bar = p.addBar(kind)
		}
	}
	counted.expected += int64(n)
	if counted.bar != nil {
		counted.bar.SetTotal(counted.expected, false)
	}
}

func (p *progress) addBar(kind string) *mpb.Bar {
	return p.bars.AddBar(0,
		mpb.PrependDecorators(decor.Name(kind, decor.WC{W: 12, C: decor.DindentRight}), decor.CountersNoUnit("%6d / %d")),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_MMSS, decor.WC{W: 7}), "   done")))
}

// findKind returns the pieces of a kind, or nil. The caller holds the lock.
func (p *progress) findKind(kind string) *pieces {
	for _, counted := range p.kinds {
		if counted.kind == kind {
			return counted
		}
	}
	return nil
}

// countPiece counts one finished piece of a kind.
func (p *progress) countPiece(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	counted := p.findKind(kind)
	if counted == nil {
		return
	}
	counted.done++
	if counted.bar != nil {
		counted.bar.Increment()
	}
}

// countRows counts rows.
func (p *progress) countRows(rows int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows += rows
}

// printStep prints a message with the progress, unless there are bars.
func (p *progress) printStep(format string, args ...any) { p.printLine(false, format, args...) }

// printNote prints a message with the progress; above the bars, if there are any.
func (p *progress) printNote(format string, args ...any) { p.printLine(true, format, args...) }

func (p *progress) printLine(always bool, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.measureDistance(fmt.Sprintf(format, args...))
	switch {
	case p.asJSON:
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(now) // progress is a courtesy
	case p.bars == nil:
		fmt.Fprintf(p.out, "%s %s\n", now.Time.Local().Format(time.TimeOnly), now.formatText())
	case always:
		fmt.Fprintln(p.bars, now.Message)
	}
}

// distance describes the progress of a run.
type distance struct {
	Time             time.Time        `json:"time"`
	Message          string           `json:"message"`
	Done             map[string]int64 `json:"done"`     // pieces by kind
	Expected         map[string]int64 `json:"expected"` // pieces by kind
	Rows             int64            `json:"rows"`
	RowsPerSecond    float64          `json:"rows_per_second"`
	RemainingSeconds float64          `json:"remaining_seconds"` // as the pieces that are done took; 0 while none is

	kinds []string
}

func (p *progress) measureDistance(message string) distance {
	now := time.Now()
	d := distance{Time: now.UTC(), Message: message, Done: map[string]int64{}, Expected: map[string]int64{}, Rows: p.rows}
	elapsed := now.Sub(p.started).Seconds()
	if elapsed > 0 {
		d.RowsPerSecond = float64(int64(float64(p.rows) / elapsed))
	}
	for _, counted := range p.kinds {
		d.kinds = append(d.kinds, counted.kind)
		d.Done[counted.kind], d.Expected[counted.kind] = counted.done, counted.expected
		if counted.done > 0 {
			d.RemainingSeconds = float64(int64(elapsed * float64(counted.expected-counted.done) / float64(counted.done)))
		}
	}
	return d
}

// formatText returns the message with the counts.
func (d distance) formatText() string {
	var parts []string
	for _, kind := range d.kinds {
		parts = append(parts, fmt.Sprintf("%d/%d %s", d.Done[kind], d.Expected[kind], kind))
	}
	if d.Rows > 0 {
		parts = append(parts, fmt.Sprintf("%d rows, %.0f/s", d.Rows, d.RowsPerSecond))
	}
	if d.RemainingSeconds > 0 {
		parts = append(parts, fmt.Sprintf("%s left", time.Duration(d.RemainingSeconds)*time.Second))
	}
	if len(parts) == 0 {
		return d.Message
	}
	return d.Message + " [" + strings.Join(parts, ", ") + "]"
}

// stopBars ends the display and leaves the bars as they are.
func (p *progress) stopBars() {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	for _, counted := range p.kinds {
		counted.bar.Abort(false)
	}
	p.mu.Unlock()
	p.bars.Wait()
}

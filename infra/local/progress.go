package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far a run is: bars on a terminal, a line for each finished piece elsewhere. Its methods are safe
// for concurrent use.
type progress struct {
	out   io.Writer
	bars  *mpb.Progress // nil: plain lines
	mu    sync.Mutex
	named map[string]*counted
}

// counted is a bar and the number of pieces it waits for.
type counted struct {
	*mpb.Bar
	total int64
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, named: map[string]*counted{}}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(48), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return p
}

// expect adds to the number of pieces of a kind, such as "services", that are still to come.
func (p *progress) expect(kind string, pieces int) {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	bar, shown := p.named[kind]
	if !shown {
		bar = &counted{Bar: p.bars.AddBar(0,
			mpb.PrependDecorators(decor.Name(kind, decor.WC{W: 12, C: decor.DindentRight}), decor.CountersNoUnit("%6d / %d")),
			mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_MMSS, decor.WC{W: 7}), "   done")))}
		p.named[kind] = bar
	}
	bar.total += int64(pieces)
	bar.SetTotal(bar.total, false)
}

// done counts one finished piece of a kind.
func (p *progress) done(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if bar, shown := p.named[kind]; shown {
		bar.Increment()
	}
}

// say prints a line for people and logs that have no bars.
func (p *progress) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars == nil {
		fmt.Fprintf(p.out, "%s %s\n", time.Now().Format(time.TimeOnly), line)
	}
}

// note prints a line everywhere, above the bars.
func (p *progress) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bars != nil {
		fmt.Fprintln(p.bars, line)
		return
	}
	fmt.Fprintf(p.out, "%s %s\n", time.Now().Format(time.TimeOnly), line)
}

// stop leaves the bars as they are and ends the display.
func (p *progress) stop() {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	for _, bar := range p.named {
		bar.Abort(false)
	}
	p.mu.Unlock()
	p.bars.Wait()
}

package page

import (
	"encoding/json"
	"fmt"
	"slices"

	"view360/shared/asl"
)

// graph is a state machine as a drawing, coloured by where an execution stands.
type graph struct {
	Width, Height int
	Boxes         []box
	Arrows        []arrow
}

// box is a state. That of a map holds the boxes of its processor.
type box struct {
	X, Y, Width, Height int
	Name, Type          string
	Class               string // good, bad, run, or idle before anything entered it
	Note                string // how many visits
	IsContainer         bool
}

// arrow is a way from one state to another, as the path of an SVG.
type arrow struct {
	Path string
	Back bool // to a state above
}

// The measures of the drawing.
const (
	boxWidth, boxHeight = 150, 40
	gapX, gapY          = 24, 34
	inset, heading      = 16, 34
)

// newGraph draws the machine of x, or the processor that x ran when it is a child. Below are the visits of its children.
func newGraph(x *asl.Execution, visits, below []*visit) (graph, error) {
	var d definition
	if err := json.Unmarshal(x.Machine.Definition, &d); err != nil {
		return graph{}, fmt.Errorf("reading the definition of %s: %w", x.Machine.Name, err)
	}
	if x.Parent != "" {
		d = findProcessor(d, visits)
	}
	l := layout{counts: countVisits(append(slices.Clone(visits), below...))}
	for _, run := range x.MapRuns() {
		l.noteMapRun(run)
	}
	width, height := l.placeStates(d, 0, 0)
	return graph{Width: width, Height: height, Boxes: l.boxes, Arrows: l.arrows}, nil
}

// findProcessor finds the processor of a distributed map that begins as the visits do.
func findProcessor(d definition, visits []*visit) definition {
	for _, s := range d.States {
		if s.ItemProcessor != nil && (len(visits) == 0 || s.ItemProcessor.StartAt == visits[0].State) {
			return *s.ItemProcessor
		}
	}
	return d
}

// count of the visits of one state by how they stand.
type visitCounts struct{ done, failed, running int }

func (s visitCounts) cssClass() string {
	switch {
	case s.running > 0:
		return "run"
	case s.failed > 0:
		return "bad"
	case s.done > 0:
		return "good"
	default:
		return "idle"
	}
}

// text counts visits when there is more than one.
func (s visitCounts) text() string {
	all := s.done + s.failed + s.running
	switch {
	case all > 1 && s.failed > 0:
		return fmt.Sprintf("%s of %s failed", formatCount(int64(s.failed)), formatCount(int64(all)))
	case all > 1:
		return fmt.Sprintf("× %s", formatCount(int64(all)))
	default:
		return ""
	}
}

func countVisits(visits []*visit) map[string]visitCounts {
	tally := map[string]visitCounts{}
	for _, v := range visits {
		s := tally[v.State]
		switch v.Status() {
		case asl.Failed:
			s.failed++
		case asl.Running:
			s.running++
		default:
			s.done++
		}
		tally[v.State] = s
	}
	return tally
}

// SVGWidth is the width of the drawing with its margins.
func (g graph) SVGWidth() int { return g.Width + 4 }

// SVGHeight is the height of the drawing with its margins.
func (g graph) SVGHeight() int { return g.Height + 4 }

// CenterX is where the text of a box is centred.
func (b box) CenterX() int { return b.X + b.Width/2 }

// TextX is where the text of a box that holds others begins.
func (b box) TextX() int { return b.X + 12 }

// NameY is the base of the name.
func (b box) NameY() int {
	if b.IsContainer {
		return b.Y + 21
	}
	return b.Y + 17
}

// NoteY is the base of the second line.
func (b box) NoteY() int { return b.Y + 32 }

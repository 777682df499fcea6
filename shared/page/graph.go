package page

import (
	"encoding/json"
	"fmt"
	"slices"

	"view360/shared/asl"
)

// graph is a drawing of a state machine, colored by the status of an execution.
type graph struct {
	Width, Height int
	Boxes         []box
	Arrows        []arrow
}

// box is a state. The box of a map contains the boxes of its processor.
type box struct {
	X, Y, Width, Height int
	Name, Type          string
	Class               string // CSS class: good, bad, run, or idle before the first visit
	Note                string // number of visits or children; may be empty
	IsContainer         bool
}

// arrow leads from one state to another.
type arrow struct {
	Path string // SVG path data
	Back bool   // to a state above
}

// Sizes and distances in the drawing, in pixels.
const (
	boxWidth, boxHeight = 150, 40
	gapX, gapY          = 24, 34
	inset, heading      = 16, 34
)

// newGraph draws the machine of x, or the processor that x ran if x is a child. Visits are those of x, childVisits those of
// its children.
func newGraph(x *asl.Execution, visits, childVisits []*visit) (graph, error) {
	var d definition
	if err := json.Unmarshal(x.Machine.Definition, &d); err != nil {
		return graph{}, fmt.Errorf("parsing the definition of %s: %w", x.Machine.Name, err)
	}
	if x.Parent != "" {
		d = findProcessor(d, visits)
	}
	l := layout{counts: countVisits(append(slices.Clone(visits), childVisits...)), notes: map[string]string{}}
	for _, run := range x.MapRuns() {
		l.noteMapRun(run)
	}
	width, height := l.placeStates(d, 0, 0)
	return graph{Width: width, Height: height, Boxes: l.boxes, Arrows: l.arrows}, nil
}

// findProcessor returns the processor of the map that starts with the state of the first visit, or d without one.
func findProcessor(d definition, visits []*visit) definition {
	for _, s := range d.States {
		if s.ItemProcessor != nil && (len(visits) == 0 || s.ItemProcessor.StartAt == visits[0].State) {
			return *s.ItemProcessor
		}
	}
	return d
}

// SVGWidth returns the width of the drawing with its margins.
func (g graph) SVGWidth() int { return g.Width + 4 }

// SVGHeight returns the height of the drawing with its margins.
func (g graph) SVGHeight() int { return g.Height + 4 }

// CenterX returns the center of the text in a box.
func (b box) CenterX() int { return b.X + b.Width/2 }

// TextX returns the left end of the text in a container.
func (b box) TextX() int { return b.X + 12 }

// NameY returns the baseline of the name.
func (b box) NameY() int {
	if b.IsContainer {
		return b.Y + 21
	}
	return b.Y + 17
}

// NoteY returns the baseline of the second line.
func (b box) NoteY() int { return b.Y + 32 }

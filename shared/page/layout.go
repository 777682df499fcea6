package page

import (
	"fmt"

	"view360/shared/asl"
)

// layout places the boxes of a graph: one row for each rank, the states of a rank side by side.
type layout struct {
	counts map[string]visitCounts // by state
	notes  map[string]string      // by state, instead of its counts
	boxes  []box
	arrows []arrow
}

// noteMapRun notes at the state of a map run how many of its children ended.
func (l *layout) noteMapRun(run asl.MapRun) {
	ended := 0
	for _, c := range run.Children {
		if c.Status != asl.Running {
			ended++
		}
	}
	l.notes[run.State] = fmt.Sprintf("%s of %s children ended", formatCount(int64(ended)), formatCount(int64(len(run.Children))))
}

// placeStates draws a definition with its upper left corner at x, y, and returns its size.
func (l *layout) placeStates(d definition, x, y int) (width, height int) {
	ranks := d.rankStates()
	rows, sizes := l.arrangeRows(d, ranks)
	for _, row := range rows {
		width = max(width, rowWidth(row, sizes))
	}
	boxes, top := map[string]box{}, y
	for _, row := range rows {
		left, tallest := x+(width-rowWidth(row, sizes))/2, 0
		for _, s := range row {
			size := sizes[s.Name]
			boxes[s.Name] = l.drawState(s, left, top, size)
			left += size[0] + gapX
			tallest = max(tallest, size[1])
		}
		top += tallest + gapY
	}
	if l.drawArrows(d, ranks, boxes, x+width+gapX/2) {
		width += gapX / 2
	}
	return width, top - gapY - y
}

// arrangeRows returns the states of each rank and the size of each state. It omits unreachable states.
func (l *layout) arrangeRows(d definition, ranks map[string]int) (rows [][]stateDefinition, sizes map[string][2]int) {
	sizes = map[string][2]int{}
	for _, s := range d.States {
		rank, reached := ranks[s.Name]
		if !reached {
			continue
		}
		for len(rows) <= rank {
			rows = append(rows, nil)
		}
		rows[rank] = append(rows[rank], s)
		sizes[s.Name] = l.measureState(s)
	}
	return rows, sizes
}

// measureState returns the width and height of a state, for a map including its processor.
func (l *layout) measureState(s stateDefinition) [2]int {
	if s.ItemProcessor == nil {
		return [2]int{max(boxWidth, 30+8*len(s.Name)), boxHeight}
	}
	trial := layout{}
	width, height := trial.placeStates(*s.ItemProcessor, 0, 0)
	return [2]int{width + 2*inset, height + heading + inset}
}

func rowWidth(row []stateDefinition, sizes map[string][2]int) int {
	width := -gapX
	for _, s := range row {
		width += sizes[s.Name][0] + gapX
	}
	return width
}

// drawState adds the box of a state and the boxes within it.
func (l *layout) drawState(s stateDefinition, x, y int, size [2]int) box {
	counts := l.counts[s.Name]
	b := box{
		X: x, Y: y, Width: size[0], Height: size[1], Name: s.Name, Type: s.Type,
		Class: counts.cssClass(), Note: counts.text(), IsContainer: s.ItemProcessor != nil,
	}
	if note := l.notes[s.Name]; note != "" {
		b.Note = note
	}
	l.boxes = append(l.boxes, b)
	if b.IsContainer {
		l.placeStates(*s.ItemProcessor, x+inset, y+heading)
	}
	return b
}

// drawArrows adds the arrows between the states of one definition, and reports whether one leads back. Those run along
// the vertical line at sideX.
func (l *layout) drawArrows(d definition, ranks map[string]int, boxes map[string]box, sideX int) (back bool) {
	for _, s := range d.States {
		from, drawn := boxes[s.Name]
		if !drawn {
			continue
		}
		for _, name := range s.nextStates() {
			if ranks[name] > ranks[s.Name] {
				l.arrows = append(l.arrows, arrow{Path: downwardPath(from, boxes[name])})
				continue
			}
			l.arrows = append(l.arrows, arrow{Path: upwardPath(from, boxes[name], sideX), Back: true})
			back = true
		}
	}
	return back
}

func downwardPath(from, to box) string {
	x1, y1, x2, y2 := from.X+from.Width/2, from.Y+from.Height, to.X+to.Width/2, to.Y-3
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1, y1+gapY/2, x2, y2-gapY/2, x2, y2)
}

func upwardPath(from, to box, sideX int) string {
	const radius = 8
	x1, y1, x2, y2 := from.X+from.Width, from.Y+from.Height/2, to.X+to.Width+3, to.Y+heading/2
	return fmt.Sprintf("M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d",
		x1, y1, sideX-radius, sideX, y1, sideX, y1-radius, y2+radius, sideX, y2, sideX-radius, y2, x2)
}

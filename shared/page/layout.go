package page

import (
	"fmt"

	"view360/shared/asl"
)

// layout places boxes: one row for each rank, the states of a rank side by side.
type layout struct {
	counts map[string]visitCounts
	notes  map[string]string
	boxes  []box
	arrows []arrow
}

// noteMapRun notes the children of a map run at its state: their own states are on their own pages.
func (l *layout) noteMapRun(run asl.MapRun) {
	ended := 0
	for _, c := range run.Children {
		if c.Status != asl.Running {
			ended++
		}
	}
	if l.notes == nil {
		l.notes = map[string]string{}
	}
	l.notes[run.State] = fmt.Sprintf("%s of %s children ended", formatCount(int64(ended)), formatCount(int64(len(run.Children))))
}

// placeStates lays a definition out with its upper left corner at x, y, and returns how large it has become.
func (l *layout) placeStates(d definition, x, y int) (width, height int) {
	ranks := d.rankStates()
	sizes := map[string][2]int{}
	rows := [][]stateDefinition{}
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
	for _, row := range rows {
		width = max(width, rowWidth(row, sizes))
	}
	at, top := map[string]box{}, y
	for _, row := range rows {
		left, tallest := x+(width-rowWidth(row, sizes))/2, 0
		for _, s := range row {
			size := sizes[s.Name]
			at[s.Name] = l.drawState(s, left, top, size)
			left += size[0] + gapX
			tallest = max(tallest, size[1])
		}
		top += tallest + gapY
	}
	if l.drawArrows(d, ranks, at, x+width+gapX/2) {
		width += gapX / 2
	}
	return width, top - gapY - y
}

func rowWidth(row []stateDefinition, sizes map[string][2]int) int {
	width := -gapX
	for _, s := range row {
		width += sizes[s.Name][0] + gapX
	}
	return width
}

// measureState is how much room a state takes, a map with all that it holds.
func (l *layout) measureState(s stateDefinition) [2]int {
	if s.ItemProcessor == nil {
		return [2]int{max(boxWidth, 30+8*len(s.Name)), boxHeight}
	}
	trial := layout{counts: l.counts}
	width, height := trial.placeStates(*s.ItemProcessor, 0, 0)
	return [2]int{width + 2*inset, height + heading + inset}
}

// drawState adds a state's box and those within it.
func (l *layout) drawState(s stateDefinition, x, y int, size [2]int) box {
	standing := l.counts[s.Name]
	b := box{X: x, Y: y, Width: size[0], Height: size[1], Name: s.Name, Type: s.Type, Class: standing.cssClass(), Note: standing.text()}
	if note := l.notes[s.Name]; note != "" {
		b.Note = note
	}
	b.IsContainer = s.ItemProcessor != nil
	l.boxes = append(l.boxes, b)
	if b.IsContainer {
		l.placeStates(*s.ItemProcessor, x+inset, y+heading)
	}
	return b
}

// drawArrows draws the ways between the states of one definition, and reports whether one leads back. That runs along side.
func (l *layout) drawArrows(d definition, ranks map[string]int, at map[string]box, side int) (back bool) {
	for _, s := range d.States {
		from, drawn := at[s.Name]
		if !drawn {
			continue
		}
		for _, name := range s.nextStates() {
			if ranks[name] > ranks[s.Name] {
				l.arrows = append(l.arrows, arrow{Path: downwardPath(from, at[name])})
				continue
			}
			l.arrows = append(l.arrows, arrow{Path: upwardPath(from, at[name], side), Back: true})
			back = true
		}
	}
	return back
}

func downwardPath(from, to box) string {
	x1, y1, x2, y2 := from.X+from.Width/2, from.Y+from.Height, to.X+to.Width/2, to.Y-3
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1, y1+gapY/2, x2, y2-gapY/2, x2, y2)
}

func upwardPath(from, to box, side int) string {
	const round = 8
	x1, y1, x2, y2 := from.X+from.Width, from.Y+from.Height/2, to.X+to.Width+3, to.Y+heading/2
	return fmt.Sprintf("M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d",
		x1, y1, side-round, side, y1, side, y1-round, y2+round, side, y2, side-round, y2, x2)
}

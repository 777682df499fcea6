package page

import (
	"fmt"

	"view360/shared/asl"
)

// layout places boxes: one row for each rank, the states of a rank side by side.
type layout struct {
	tally  map[string]standing
	notes  map[string]string
	boxes  []box
	arrows []arrow
}

// distributed notes the children of a map run at its state: their own states are on their own pages.
func (l *layout) distributed(run asl.MapRun) {
	ended := 0
	for _, c := range run.Children {
		if c.Status != asl.Running {
			ended++
		}
	}
	if l.notes == nil {
		l.notes = map[string]string{}
	}
	l.notes[run.State] = fmt.Sprintf("%s of %s children ended", count(int64(ended)), count(int64(len(run.Children))))
}

// place lays a definition out with its upper left corner at x, y, and returns how large it has become.
func (l *layout) place(d definition, x, y int) (width, height int) {
	ranks := d.ranks()
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
		sizes[s.Name] = l.size(s)
	}
	for _, row := range rows {
		width = max(width, rowWidth(row, sizes))
	}
	at, top := map[string]box{}, y
	for _, row := range rows {
		left, tallest := x+(width-rowWidth(row, sizes))/2, 0
		for _, s := range row {
			size := sizes[s.Name]
			at[s.Name] = l.draw(s, left, top, size)
			left += size[0] + gapX
			tallest = max(tallest, size[1])
		}
		top += tallest + gapY
	}
	if l.connect(d, ranks, at, x+width+gapX/2) {
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

// size is how much room a state takes, a map with all that it holds.
func (l *layout) size(s stateDefinition) [2]int {
	if s.ItemProcessor == nil {
		return [2]int{max(boxWidth, 30+8*len(s.Name)), boxHeight}
	}
	trial := layout{tally: l.tally}
	width, height := trial.place(*s.ItemProcessor, 0, 0)
	return [2]int{width + 2*inset, height + heading + inset}
}

// draw adds a state's box and those within it.
func (l *layout) draw(s stateDefinition, x, y int, size [2]int) box {
	standing := l.tally[s.Name]
	b := box{X: x, Y: y, Width: size[0], Height: size[1], Name: s.Name, Type: s.Type, Class: standing.class(), Note: standing.note()}
	if note := l.notes[s.Name]; note != "" {
		b.Note = note
	}
	b.Holds = s.ItemProcessor != nil
	l.boxes = append(l.boxes, b)
	if b.Holds {
		l.place(*s.ItemProcessor, x+inset, y+heading)
	}
	return b
}

// connect draws the ways between the states of one definition, and reports whether one leads back. That runs along side.
func (l *layout) connect(d definition, ranks map[string]int, at map[string]box, side int) (back bool) {
	for _, s := range d.States {
		from, drawn := at[s.Name]
		if !drawn {
			continue
		}
		for _, name := range s.targets() {
			if ranks[name] > ranks[s.Name] {
				l.arrows = append(l.arrows, arrow{Path: downward(from, at[name])})
				continue
			}
			l.arrows = append(l.arrows, arrow{Path: upward(from, at[name], side), Back: true})
			back = true
		}
	}
	return back
}

func downward(from, to box) string {
	x1, y1, x2, y2 := from.X+from.Width/2, from.Y+from.Height, to.X+to.Width/2, to.Y-3
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1, y1+gapY/2, x2, y2-gapY/2, x2, y2)
}

func upward(from, to box, side int) string {
	const round = 8
	x1, y1, x2, y2 := from.X+from.Width, from.Y+from.Height/2, to.X+to.Width+3, to.Y+heading/2
	return fmt.Sprintf("M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d",
		x1, y1, side-round, side, y1, side, y1-round, y2+round, side, y2, side-round, y2, x2)
}

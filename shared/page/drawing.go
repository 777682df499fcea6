package page

import (
	"html/template"

	"github.com/go-analyze/charts"
)

// The widths of drawings in pixels, and the font size in points. The font size is a little larger than in the style sheet,
// because fonts differ in width.
const (
	wideWidth   = 600
	narrowWidth = 340
	fontSize    = 9.5
)

// series is one kind of value in a chart.
type series struct {
	name  string
	color cssColor
}

func newLegend(names []string) charts.LegendOption {
	return charts.LegendOption{
		SeriesNames: names, FontStyle: charts.NewFontStyleWithSize(fontSize), Offset: charts.OffsetLeft, Symbol: charts.SymbolSquare,
	}
}

// drawBothWidths calls drawIn for both widths.
func drawBothWidths(label string, drawIn func(width int) (template.HTML, error)) (c chart, err error) {
	c.Label = label
	if c.Wide, err = drawIn(wideWidth); err != nil {
		return c, err
	}
	c.Narrow, err = drawIn(narrowWidth)
	return c, err
}

package page

import (
	"html/template"
	"math"

	"github.com/go-analyze/charts"
)

// The widths of drawings, in the units of their letters. Letters are measured a little larger, in points, than the
// style sheet shows them, because readers' fonts differ in width.
const (
	wideWidth   = 600
	narrowWidth = 340
	letterSize  = 9.5
)

// series is one kind of value in a chart.
type series struct {
	name string
	ink  cssColor
}

// line is a series over the category axis; a NaN is a gap.
type line struct {
	series
	values []float64
}

// lineChart draws lines over the labels; amounts are US dollars.
func lineChart(label string, labels []string, lines []line) (chart, error) {
	return drawBothWidths(label, func(width int) (template.HTML, error) {
		if width == wideWidth {
			width = 2 * wideWidth // it has a row for itself
		}
		return drawSVG(width, 270, func(p *charts.Painter) error {
			return p.LineChart(lineOptions(width, labels, lines))
		})
	})
}

func lineOptions(width int, labels []string, lines []line) charts.LineChartOption {
	data, names, colors := make([][]float64, len(lines)), make([]string, len(lines)), make([]cssColor, len(lines))
	for i, l := range lines {
		data[i], names[i], colors[i] = markGaps(l.values), l.name, l.ink
	}
	o := charts.NewLineChartOptionWithData(data)
	o.Theme = newTheme(colors)
	o.Padding = charts.NewBox(0, 4, 12, 0)
	o.Symbol = charts.Symbol{Shape: charts.SymbolNone}
	o.LineStrokeWidth = 2.5
	o.Legend = newLegend(names)
	o.XAxis.Labels = labels
	o.XAxis.LabelFontStyle = charts.NewFontStyleWithSize(letterSize)
	o.XAxis.LabelCount = min(len(labels), width/36)
	o.XAxis.BoundaryGap = charts.Ptr(false)
	o.YAxis = []charts.YAxisOption{{
		Min: charts.Ptr(0.0), ValueFormatter: formatMoney, LabelFontStyle: charts.NewFontStyleWithSize(letterSize), LabelCount: 5,
		SpineLineShow: charts.Ptr(false),
	}}
	return o
}

// bar is one row of a bar chart: a value of each series, stacked.
type bar struct {
	Name   string
	Values []float64
}

// barChart draws a row for each bar, the first at the top.
func barChart(label string, bars []bar, all []series, format func(float64) string) (chart, error) {
	return drawBothWidths(label, func(width int) (template.HTML, error) {
		height := 30*len(bars) + 16
		if len(all) > 1 {
			height += 26
		}
		return drawSVG(width, height, func(p *charts.Painter) error {
			return p.BarChart(barOptions(width, bars, all, format))
		})
	})
}

func barOptions(width int, bars []bar, all []series, format func(float64) string) charts.BarChartOption {
	names, colors, data := make([]string, len(all)), make([]cssColor, len(all)), make([][]float64, len(all))
	for i, s := range all {
		names[i], colors[i] = s.name, s.ink
		data[i] = make([]float64, len(bars))
	}
	labels := make([]string, len(bars))
	for i, b := range bars {
		row := len(bars) - 1 - i // the library begins at the bottom
		labels[row] = shortenText(b.Name, width/16)
		for of, v := range b.Values {
			data[of][row] = v
		}
	}
	o := charts.NewBarChartOptionWithData(data)
	o.Horizontal = true
	o.Theme = newTheme(colors)
	o.Padding = charts.NewBox(0, 4, 48, 0)
	o.StackSeries = charts.Ptr(len(all) > 1)
	o.BarSize = 0.6
	o.Legend = newLegend(names)
	o.Legend.Show = charts.Ptr(len(all) > 1)
	o.CategoryAxis.Labels = labels
	o.CategoryAxis.LabelFontStyle = charts.NewFontStyleWithSize(letterSize)
	o.ValueAxis = []charts.ValueAxisOption{{Show: charts.Ptr(false), Min: charts.Ptr(0.0)}}
	if len(all) == 1 {
		o.SeriesList[0].Label = charts.SeriesLabel{
			Show: charts.Ptr(true), ValueFormatter: format, FontStyle: charts.NewFontStyleWithSize(letterSize),
		}
	}
	return o
}

func newLegend(names []string) charts.LegendOption {
	return charts.LegendOption{
		SeriesNames: names, FontStyle: charts.NewFontStyleWithSize(letterSize), Offset: charts.OffsetLeft, Symbol: charts.SymbolSquare,
	}
}

// drawBothWidths draws a chart in both widths.
func drawBothWidths(label string, drawIn func(width int) (template.HTML, error)) (c chart, err error) {
	c.Label = label
	if c.Wide, err = drawIn(wideWidth); err != nil {
		return c, err
	}
	c.Narrow, err = drawIn(narrowWidth)
	return c, err
}

// markGaps writes NaN as the library does.
func markGaps(values []float64) []float64 {
	marked := make([]float64, len(values))
	for i, v := range values {
		if marked[i] = v; math.IsNaN(v) {
			marked[i] = charts.GetNullValue()
		}
	}
	return marked
}

// shortenText cuts a text to n letters.
func shortenText(text string, n int) string {
	letters := []rune(text)
	if len(letters) <= n {
		return text
	}
	return string(letters[:n-1]) + "…"
}

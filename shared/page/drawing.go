package page

import (
	"html/template"
	"math"

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
	name string
	ink  cssColor
}

// line is a series of values over the category axis; NaN is a gap.
type line struct {
	series
	values []float64
}

// lineChart draws lines over the labels. Values are US dollars.
func lineChart(label string, labels []string, lines []line) (chart, error) {
	return drawBothWidths(label, func(width int) (template.HTML, error) {
		if width == wideWidth {
			width = 2 * wideWidth // it fills a row of the page
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
	o.XAxis.LabelFontStyle = charts.NewFontStyleWithSize(fontSize)
	o.XAxis.LabelCount = min(len(labels), width/36)
	o.XAxis.BoundaryGap = charts.Ptr(false)
	o.YAxis = []charts.YAxisOption{{
		Min: charts.Ptr(0.0), ValueFormatter: formatMoney, LabelFontStyle: charts.NewFontStyleWithSize(fontSize), LabelCount: 5,
		SpineLineShow: charts.Ptr(false),
	}}
	return o
}

// bar is one row of a bar chart: a stacked value for each series.
type bar struct {
	Name   string
	Values []float64
}

// barChart draws a row for each bar, the first bar at the top. A nil format omits the values.
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
		row := len(bars) - 1 - i // the library starts at the bottom
		labels[row] = shortenText(b.Name, width/16)
		for series, v := range b.Values {
			data[series][row] = v
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
	o.CategoryAxis.LabelFontStyle = charts.NewFontStyleWithSize(fontSize)
	o.ValueAxis = []charts.ValueAxisOption{{Show: charts.Ptr(false), Min: charts.Ptr(0.0)}}
	if len(all) == 1 {
		o.SeriesList[0].Label = charts.SeriesLabel{
			Show: charts.Ptr(true), ValueFormatter: format, FontStyle: charts.NewFontStyleWithSize(fontSize),
		}
	}
	return o
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

// markGaps replaces NaN by the null value of the library.
func markGaps(values []float64) []float64 {
	marked := make([]float64, len(values))
	for i, v := range values {
		if marked[i] = v; math.IsNaN(v) {
			marked[i] = charts.GetNullValue()
		}
	}
	return marked
}

// shortenText returns at most n characters of a text.
func shortenText(text string, n int) string {
	characters := []rune(text)
	if len(characters) <= n {
		return text
	}
	return string(characters[:n-1]) + "…"
}

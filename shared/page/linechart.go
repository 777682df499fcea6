package page

import (
	"html/template"
	"math"

	"github.com/go-analyze/charts"
)

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
		data[i], names[i], colors[i] = markGaps(l.values), l.name, l.color
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

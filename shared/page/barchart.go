package page

import (
	"html/template"

	"github.com/go-analyze/charts"
)

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
		names[i], colors[i] = s.name, s.color
		data[i] = make([]float64, len(bars))
	}
	labels := make([]string, len(bars))
	for i, b := range bars {
		row := len(bars) - 1 - i // the library starts at the bottom
		labels[row] = shortenText(b.Name, width/16)
		for k, v := range b.Values {
			data[k][row] = v
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

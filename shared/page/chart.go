package page

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/go-analyze/charts"
)

// chart is one picture in two widths: the style sheet shows the one that fits, so that letters keep their size on a
// phone.
type chart struct {
	Label        string // what a screen reader says
	Wide, Narrow template.HTML
}

// ink is a colour of the style sheet, light or dark as the reader's system is. The library draws with numbers, which
// inline takes for the names.
type ink struct {
	name  string // of the CSS variable
	color charts.Color
}

var (
	inkAxis   = ink{"--line", charts.Color{R: 1, A: 255}}
	inkText   = ink{"--muted", charts.Color{R: 2, A: 255}}
	inkAccent = ink{"--accent", charts.Color{R: 3, A: 255}}
	inkPast   = ink{"--past", charts.Color{R: 4, A: 255}}
	inkAhead  = ink{"--ahead", charts.Color{R: 5, A: 255}}

	inkCritical = ink{"--critical", charts.Color{R: 6, A: 255}}
	inkHigh     = ink{"--high", charts.Color{R: 7, A: 255}}
	inkMedium   = ink{"--medium", charts.Color{R: 8, A: 255}}
	inkLow      = ink{"--low", charts.Color{R: 9, A: 255}}
)

var inks = []ink{inkAxis, inkText, inkAccent, inkPast, inkAhead, inkCritical, inkHigh, inkMedium, inkLow}

// theme draws on the page's own background with the given colours of the series.
func theme(series []ink) charts.ColorPalette {
	colors := make([]charts.Color, len(series))
	for i, s := range series {
		colors[i] = s.color
	}
	return charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor: inkAxis.color, AxisSplitLineColor: inkAxis.color, TextColor: inkText.color,
		BackgroundColor: charts.ColorTransparent, SeriesColors: colors,
	})
}

// draw renders a chart of the library.
func draw(width, height int, render func(*charts.Painter) error) (template.HTML, error) {
	painter := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: width, Height: height})
	if err := render(painter); err != nil {
		return "", fmt.Errorf("drawing a chart: %w", err)
	}
	svg, err := painter.Bytes()
	if err != nil {
		return "", fmt.Errorf("drawing a chart: %w", err)
	}
	return inline(string(svg)), nil
}

var (
	styleAttribute = regexp.MustCompile(`style="([^"<>]*)"`)
	declaration    = regexp.MustCompile(`([a-z-]+):([^;]+);?`)
	fontFamily     = regexp.MustCompile(`;?font-family:[^;"]*`)
	namespace      = regexp.MustCompile(` xmlns(:xlink)?="[^"]*"`)
	namedInks      = newNamedInks()
)

func newNamedInks() *strings.Replacer {
	var pairs []string
	for _, i := range inks {
		pairs = append(pairs, fmt.Sprintf("rgb(%d,0,0)", i.color.R), "var("+i.name+")")
	}
	return strings.NewReplacer(pairs...)
}

// inline makes a drawing fit to stand in the page: colours of the style sheet, the page's letters, and attributes in
// place of styles, which the content security policy forbids. The library has escaped all text.
func inline(svg string) template.HTML {
	svg = styleAttribute.ReplaceAllStringFunc(svg, func(style string) string {
		style = fontFamily.ReplaceAllString(style[len(`style="`):len(style)-1], "")
		return declaration.ReplaceAllString(namedInks.Replace(style), `$1="$2" `)
	})
	tag, rest, _ := strings.Cut(svg, ">")
	tag = namespace.ReplaceAllString(tag, "")
	return template.HTML(strings.Replace(tag, "<svg", `<svg aria-hidden="true" focusable="false"`, 1) + ">" + rest)
}

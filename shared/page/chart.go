package page

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/go-analyze/charts"
)

// chart is a drawing in two widths. The style sheet shows the one that fits, so that the font size stays the same on a
// phone.
type chart struct {
	Label        string // for screen readers
	Wide, Narrow template.HTML
}

// cssColor is a color of the style sheet, which differs between light and dark mode. The library draws with a placeholder,
// which toInlineSVG replaces by the CSS variable.
type cssColor struct {
	name        string // of the CSS variable
	placeholder charts.Color
}

var (
	colorAxis   = cssColor{"--line", charts.Color{R: 1, A: 255}}
	colorText   = cssColor{"--muted", charts.Color{R: 2, A: 255}}
	colorAccent = cssColor{"--accent", charts.Color{R: 3, A: 255}}
	colorPast   = cssColor{"--past", charts.Color{R: 4, A: 255}}
	colorAhead  = cssColor{"--ahead", charts.Color{R: 5, A: 255}}

	colorCritical = cssColor{"--critical", charts.Color{R: 6, A: 255}}
	colorHigh     = cssColor{"--high", charts.Color{R: 7, A: 255}}
	colorMedium   = cssColor{"--medium", charts.Color{R: 8, A: 255}}
	colorLow      = cssColor{"--low", charts.Color{R: 9, A: 255}}
)

var cssColors = []cssColor{colorAxis, colorText, colorAccent, colorPast, colorAhead, colorCritical, colorHigh, colorMedium, colorLow}

// newTheme returns a theme with the given colors of the series on a transparent background.
func newTheme(seriesColors []cssColor) charts.ColorPalette {
	colors := make([]charts.Color, len(seriesColors))
	for i, c := range seriesColors {
		colors[i] = c.placeholder
	}
	return charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor: colorAxis.placeholder, AxisSplitLineColor: colorAxis.placeholder, TextColor: colorText.placeholder,
		BackgroundColor: charts.ColorTransparent, SeriesColors: colors,
	})
}

// drawSVG returns a chart of the library as inline SVG.
func drawSVG(width, height int, render func(*charts.Painter) error) (template.HTML, error) {
	painter := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: width, Height: height})
	if err := render(painter); err != nil {
		return "", fmt.Errorf("drawing a chart: %w", err)
	}
	svg, err := painter.Bytes()
	if err != nil {
		return "", fmt.Errorf("drawing a chart: %w", err)
	}
	return toInlineSVG(string(svg)), nil
}

var (
	styleAttribute = regexp.MustCompile(`style="([^"<>]*)"`)
	declaration    = regexp.MustCompile(`([a-z-]+):([^;]+);?`)
	fontFamily     = regexp.MustCompile(`;?font-family:[^;"]*`)
	namespace      = regexp.MustCompile(` xmlns(:xlink)?="[^"]*"`)
	colorReplacer  = newColorReplacer()
)

func newColorReplacer() *strings.Replacer {
	var pairs []string
	for _, i := range cssColors {
		pairs = append(pairs, fmt.Sprintf("rgb(%d,0,0)", i.placeholder.R), "var("+i.name+")")
	}
	return strings.NewReplacer(pairs...)
}

// toInlineSVG adapts a drawing to the page: colors of the style sheet, the font of the page, and attributes instead of
// styles, which the content security policy forbids. The library has escaped all text.
func toInlineSVG(svg string) template.HTML {
	svg = styleAttribute.ReplaceAllStringFunc(svg, func(style string) string {
		style = fontFamily.ReplaceAllString(style[len(`style="`):len(style)-1], "")
		return declaration.ReplaceAllString(colorReplacer.Replace(style), `$1="$2" `)
	})
	tag, rest, _ := strings.Cut(svg, ">")
	tag = namespace.ReplaceAllString(tag, "")
	return template.HTML(strings.Replace(tag, "<svg", `<svg aria-hidden="true" focusable="false"`, 1) + ">" + rest)
}

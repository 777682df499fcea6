package page

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// hostile is a text that must stay a text wherever it is shown.
const hostile = `<script>alert(1)</script>"' onload=alert(1) style="fill:red;x:expression(1)" ]]> </svg><img src=x onerror=alert(1)>`

func TestChartKeepsTextText(t *testing.T) {
	t.Parallel()
	drawn, err := barChart("cost by service", []bar{{hostile, []float64{3}}, {"S3", []float64{1}}}, []series{{hostile, colorAccent}}, formatMoney)
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"svg", "path", "text", "circle", "g"}
	decoder := xml.NewDecoder(strings.NewReader(string(drawn.Wide)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the drawing is not XML: %v", err)
		}
		element, is := token.(xml.StartElement)
		if !is {
			continue
		}
		if !slices.Contains(allowed, element.Name.Local) {
			t.Errorf("element <%s> in the drawing", element.Name.Local)
		}
		for _, a := range element.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("attribute %s of <%s>: the policy forbids it", a.Name.Local, element.Name.Local)
			}
		}
	}
}

func TestChartHasTheColorsOfTheStyleSheet(t *testing.T) {
	t.Parallel()
	drawn, err := lineChart("cost by day", []string{"1", "2", "3"}, []line{{series{"This month", colorAccent}, []float64{1, 2, 3}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`stroke="var(--accent)"`, `fill="var(--muted)"`, ">This month<"} {
		if !strings.Contains(string(drawn.Wide), want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(string(drawn.Wide), "rgb(") {
		t.Errorf("a color that the style sheet cannot change: %s", drawn.Wide)
	}
}

func TestChartDrawsAnyAmount(t *testing.T) {
	t.Parallel()
	for _, amount := range []float64{0, 0.004, -3, 1e-12, 1e9, 1e18, math.MaxFloat32} {
		if _, err := barChart("one", []bar{{"a", []float64{amount}}}, []series{{"a", colorAccent}}, formatMoney); err != nil {
			t.Errorf("a bar of %g: %v", amount, err)
		}
		if _, err := barChart("stacked", []bar{{"", []float64{amount, 1}}, {"b", []float64{0, amount}}}, []series{{"a", colorLow}, {"b", colorHigh}}, nil); err != nil {
			t.Errorf("stacked bars of %g: %v", amount, err)
		}
		if _, err := lineChart("line", []string{"1", "2"}, []line{{series{"a", colorPast}, []float64{amount, math.NaN()}}}); err != nil {
			t.Errorf("a line at %g: %v", amount, err)
		}
	}
}

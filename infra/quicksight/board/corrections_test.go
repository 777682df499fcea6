package board

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// The errors of the dashboards that this one replaces; those that are fixed in the queries are tested there.
func TestVisualsAvoidTheErrorsOfThePythonVersion(t *testing.T) { // A10
	t.Parallel()
	definition := BuildDefinition(arns())
	text, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("Q1: dates bind every set with a date, this month at first", func(t *testing.T) {
		bound := datesBind(definition)
		eachVisual(func(sheet string, v Visual) {
			if v.findDateColumn() != "" && !bound[v.Data] {
				t.Errorf("%s, %q does not follow the dates", sheet, v.Title)
			}
		})
		if !strings.Contains(string(text), `truncDate('MM', now())`) {
			t.Error("dates do not begin with this month")
		}
	})
	t.Run("Q2: choosing nothing leaves nothing out", func(t *testing.T) {
		for _, group := range buildControlFilters() {
			if body, _ := json.Marshal(group); !strings.Contains(string(body), `"NullOption":"ALL_VALUES"`) {
				t.Errorf("%s drops rows without a value", body)
			}
		}
	})
	t.Run("Q3: accounts are counted once", func(t *testing.T) {
		if f := find(t, "Total accounts").Values[0]; f.Column != "account" || f.Count != Distinct {
			t.Errorf("total accounts is %s of %s", f.Count, f.Column)
		}
	})
	t.Run("Q5: the summary adds shares up", func(t *testing.T) {
		for _, f := range find(t, "Account summary").Values {
			if !strings.HasSuffix(f.Column, "_share") {
				t.Errorf("%s repeats for each product", f.Column)
			}
		}
	})
	t.Run("Q6: security cost is that of security services", func(t *testing.T) {
		where := find(t, "Cost of security services (USD)").Where
		if len(where) != 1 || !slices.Equal(where[0].Values, SecurityServices) {
			t.Errorf("filtered by %v", where)
		}
	})
	t.Run("Q7: rising cost is red", func(t *testing.T) {
		if find(t, "Cost this month").Rising != Bad || find(t, "Compliance score and trend").Rising != Good {
			t.Error("a mood is wrong")
		}
		visual := object{}
		drawing{id: "x", Visual: find(t, "Cost this month")}.colorChange(visual)
		first, _ := json.Marshal(visual["ConditionalFormatting"].(object)["ConditionalFormattingOptions"].([]any)[0])
		if !strings.Contains(string(first), red) || !strings.Contains(string(first), `[{date_from} DESC], 1) \u003e 0`) {
			t.Errorf("a rise against the month before is %s", first)
		}
	})
	t.Run("Q9: resources are counted once", func(t *testing.T) {
		if f := find(t, "Total resources").Values[0]; f.Column != "resource" || f.Count != Distinct {
			t.Errorf("total resources is %s of %s", f.Count, f.Column)
		}
	})
	t.Run("Q10: whatever is not online has a grey circle", func(t *testing.T) {
		visual := object{}
		drawing{id: "x", Visual: find(t, "Managed instances")}.addCircles(visual)
		body, _ := json.Marshal(visual)
		if !strings.Contains(string(body), `{connection} \u003c\u003e 'ONLINE'`) {
			t.Errorf("circles: %s", body)
		}
	})
	t.Run("Q12: every visual has a title, and no sheet is a starter", func(t *testing.T) {
		eachVisual(func(sheet string, v Visual) {
			if v.Title == "" {
				t.Errorf("%s has a visual without a title", sheet)
			}
		})
		if strings.Contains(strings.ToLower(string(text)), "template") {
			t.Error("a template is published")
		}
	})
}

// datesBind are the data sets whose date column a filter binds to the date controls.
func datesBind(definition object) map[string]bool {
	bound := map[string]bool{}
	for _, group := range definition["FilterGroups"].([]any) {
		for _, f := range group.(object)["Filters"].([]any) {
			if dates, is := f.(object)["TimeRangeFilter"].(object); is {
				bound[dates["Column"].(object)["DataSetIdentifier"].(string)] = true
			}
		}
	}
	return bound
}

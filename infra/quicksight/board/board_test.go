package board

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"view360/infra/quicksight/dataset"
	"view360/shared/outcome"
)

func TestSheetsHaveTheirVisuals(t *testing.T) { // A10
	t.Parallel()
	least := map[string]int{"Overview": 17, "Cost": 10, "Security": 25, "Resilience": 5, "Inventory": 1, "Support": 1, "Commitments": 1, "Coverage": 1}
	for _, s := range Sheets {
		if len(s.Visuals) < least[s.Name] {
			t.Errorf("sheet %s has %d visuals, want %d at least", s.Name, len(s.Visuals), least[s.Name])
		}
		delete(least, s.Name)
	}
	if len(least) > 0 {
		t.Errorf("missing sheets: %v", least)
	}
	if sets := DataSets(); len(sets) < 14 {
		t.Errorf("%d data sets, want 14 at least", len(sets))
	}
}

func TestVisualsShowColumnsOfTheirDataSet(t *testing.T) { // A11
	t.Parallel()
	dates := map[string]string{} // sheet and data set: the column that the date controls filter
	eachVisual(func(sheet string, v Visual) {
		set, known := dataset.Lookup(v.Data)
		if !known {
			t.Errorf("%s, %q: no data set %s", sheet, v.Title, v.Data)
			return
		}
		for _, f := range slices.Concat(v.By, v.Across, v.Values) {
			c, known := set.Column(f.Column)
			if !known && f.Count != Ratio {
				t.Errorf("%s, %q: %s has no column %s", sheet, v.Title, v.Data, f.Column)
			}
			if (c.Type == dataset.DateTime && f.Count == "") != (f.Grain != "") {
				t.Errorf("%s, %q: %s is a %s with grain %q", sheet, v.Title, f.Column, c.Type, f.Grain)
			}
			if c.Type == dataset.String && f.Count != "" && f.Count != Rows && f.Count != Distinct {
				t.Errorf("%s, %q: %s of text %s", sheet, v.Title, f.Count, f.Column)
			}
		}
		for _, control := range choices {
			if _, known := set.Column(control.column); !known {
				t.Errorf("%s, %q: %s has no column %s, which a control filters", sheet, v.Title, v.Data, control.column)
			}
		}
		if date := v.findDateColumn(); date != "" {
			if c, _ := set.Column(date); c.Type != dataset.DateTime {
				t.Errorf("%s, %q: %s has no date column %q", sheet, v.Title, v.Data, date)
			}
			if other, known := dates[sheet+v.Data]; known && other != date {
				t.Errorf("%s: %s follows the dates by %s and by %s", sheet, v.Data, other, date)
			}
			dates[sheet+v.Data] = date
		}
		for _, f := range v.Where {
			if c, _ := set.Column(f.Column); c.Type != dataset.String && f.Number == nil || c.Type == dataset.String && f.Number != nil {
				t.Errorf("%s, %q: %s is a %s, filtered by %v", sheet, v.Title, f.Column, c.Type, f)
			}
		}
	})
}

func eachVisual(visit func(sheet string, v Visual)) {
	for _, s := range Sheets {
		for _, v := range s.Visuals {
			visit(s.Name, v)
		}
	}
}

// find returns the visual with a title, on the first sheet that has it.
func find(t *testing.T, title string) Visual {
	t.Helper()
	var found *Visual
	eachVisual(func(_ string, v Visual) {
		if v.Title == title && found == nil {
			found = &v
		}
	})
	if found == nil {
		t.Fatalf("no visual %q", title)
	}
	return *found
}

// arns are made-up data sets.
func arns() map[string]string {
	arns := map[string]string{}
	for _, name := range DataSets() {
		arns[name] = "arn:aws:quicksight:eu-west-1:111122223333:dataset/" + name
	}
	return arns
}

func TestDefinitionFollowsTheLimitsOfQuickSight(t *testing.T) {
	t.Parallel()
	definition, err := json.Marshal(BuildDefinition(arns()))
	if err != nil {
		t.Fatal(err)
	}
	// An analysis and a dashboard share one template of at most 1 MB.
	if len(definition) > 400_000 {
		t.Errorf("the definition has %d bytes", len(definition))
	}
	again, _ := json.Marshal(BuildDefinition(arns()))
	if string(again) != string(definition) {
		t.Error("the definition is not always the same")
	}
	for _, s := range Sheets {
		if len(s.Visuals) > 50 {
			t.Errorf("sheet %s has %d visuals, QuickSight takes 50", s.Name, len(s.Visuals))
		}
	}
}

func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	walk(BuildDefinition(arns()), func(name string, value any) {
		if !slices.Contains([]string{"VisualId", "FilterGroupId", "FilterId", "ParameterControlId", "SheetId"}, name) {
			return
		}
		key := fmt.Sprint(name, value)
		if seen[key] && name != "SheetId" { // scopes name their sheet
			t.Errorf("%s %v is there twice", name, value)
		}
		seen[key] = true
		if len(fmt.Sprint(value)) > 512 || strings.ContainsAny(fmt.Sprint(value), " .:/") {
			t.Errorf("%s %q is not an id", name, value)
		}
	})
	eachVisual(func(sheet string, v Visual) {
		var names []string
		for _, f := range slices.Concat(v.By, v.Across, v.Values) {
			names = append(names, f.Column)
		}
		slices.Sort(names)
		if len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s, %q shows a column twice: %v", sheet, v.Title, names)
		}
	})
}

// walk visits every member of every object.
func walk(v any, visit func(name string, value any)) {
	switch v := v.(type) {
	case object:
		for name, value := range v {
			if text, ok := value.(string); ok {
				visit(name, text)
			}
			walk(value, visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

func TestLayoutIsAGridWithoutOverlaps(t *testing.T) {
	t.Parallel()
	for _, s := range Sheets {
		place, taken := layout{}, map[[2]int]string{}
		for _, v := range s.Visuals {
			e := place.placeNext(v.Title, v.Wide, v.High)
			column, row := e["ColumnIndex"].(int), e["RowIndex"].(int)
			if v.Wide < 1 || v.High < 1 || column+v.Wide > gridColumns {
				t.Errorf("%s, %q: %d by %d at column %d", s.Name, v.Title, v.Wide, v.High, column)
			}
			for x := column; x < column+v.Wide; x++ {
				for y := row; y < row+v.High; y++ {
					if other, there := taken[[2]int{x, y}]; there {
						t.Fatalf("%s: %q overlaps %q", s.Name, v.Title, other)
					}
					taken[[2]int{x, y}] = v.Title
				}
			}
		}
	}
}

// A filter on a text that the view never has would show nothing, for ever.
func TestCoverageFiltersOnStatuses(t *testing.T) {
	var failed []string
	for _, info := range outcome.Infos {
		if info.Failed {
			failed = append(failed, string(info.Status))
		}
	}
	filters := 0
	for _, v := range coverage.Visuals {
		for _, f := range v.Where {
			if f.Column == "last_outcome" {
				filters++
				if !slices.Equal(f.Values, failed) {
					t.Errorf("%s keeps %v, want %v", v.Title, f.Values, failed)
				}
			}
		}
	}
	if filters != 2 {
		t.Errorf("%d visuals keep failures, want 2", filters)
	}
}

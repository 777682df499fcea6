package board

import (
	"fmt"
	"maps"
	"slices"
)

// object is a JSON object.
type object = map[string]any

// BuildDefinition returns the definition of an analysis or a dashboard with all sheets. arns has the data set of each name
// in [DataSets].
func BuildDefinition(arns map[string]string) map[string]any {
	var declared, sheets []any
	for _, name := range DataSets() {
		declared = append(declared, object{"Identifier": name, "DataSetArn": arns[name]})
	}
	r := &renderer{}
	for i, s := range Sheets {
		sheets = append(sheets, r.renderSheet(fmt.Sprintf("sheet-%d", i+1), s))
	}
	return object{
		"DataSetIdentifierDeclarations": declared,
		"ParameterDeclarations":         buildParameters(),
		"CalculatedFields":              buildCalculatedFields(),
		"FilterGroups":                  append(buildControlFilters(), r.filters...),
		"Sheets":                        sheets,
		"AnalysisDefaults": object{"DefaultNewSheetConfiguration": object{
			"InteractiveLayoutConfiguration": object{"Grid": object{"CanvasSizeOptions": buildCanvas()}}, "SheetContentType": "INTERACTIVE",
		}},
	}
}

// DataSets returns the names of the data sets that the sheets use, sorted.
func DataSets() []string {
	var names []string
	for _, s := range Sheets {
		for _, v := range s.Visuals {
			names = append(names, v.Data)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// buildCalculatedFields returns the calculated fields: ratios of sums, which cannot be columns.
func buildCalculatedFields() []any {
	return []any{object{
		"DataSetIdentifier": "view_config_reports", "Name": ratioColumn,
		"Expression": "sum({compliant_rules}) / sum({total_rules})",
	}}
}

// ratioColumn is the calculated column of Ratio.
const ratioColumn = "compliance_share"

// renderer builds the sheets and collects the filters of their visuals.
type renderer struct{ filters []any }

// renderSheet returns a sheet with its visuals, controls and layout.
func (r *renderer) renderSheet(id string, s Sheet) object {
	var visuals, dated []any
	elements, grid := []any{}, layout{}
	byDate := map[dateColumn][]string{} // the visuals that follow the controls
	for i, v := range s.Visuals {
		visual := drawing{id: fmt.Sprintf("%s-visual-%d", id, i+1), Visual: v}
		visuals = append(visuals, visual.drawVisual())
		elements = append(elements, grid.placeNext(visual.id, v.Wide, v.High))
		for n, f := range v.Where {
			r.filters = append(r.filters, visual.buildFilter(id, n, f))
		}
		if column := v.findDateColumn(); column != "" {
			key := dateColumn{v.Data, column}
			byDate[key] = append(byDate[key], visual.id)
		}
	}
	for _, column := range slices.SortedFunc(maps.Keys(byDate), dateColumn.compare) {
		dated = append(dated, buildDateFilter(id, column, byDate[column]))
	}
	r.filters = append(r.filters, dated...)
	controls, bar := buildControls(id)
	return object{
		"SheetId": id, "Name": s.Name, "ContentType": "INTERACTIVE", "Visuals": visuals, "ParameterControls": controls,
		"SheetControlLayouts": []any{object{"Configuration": object{"GridLayout": object{"Elements": bar}}}},
		"Layouts":             []any{object{"Configuration": object{"GridLayout": object{"Elements": elements, "CanvasSizeOptions": buildCanvas()}}}},
	}
}

// gridColumns is the width of QuickSight's grid.
const gridColumns = 36

// layout fills the grid from left to right; a visual that does not fit starts a new line below the highest one.
type layout struct{ column, row, below int }

// placeNext returns the position of the next visual.
func (l *layout) placeNext(id string, wide, high int) object {
	if l.column+wide > gridColumns {
		l.column, l.row = 0, l.below
	}
	element := object{
		"ElementId": id, "ElementType": "VISUAL",
		"ColumnIndex": l.column, "ColumnSpan": wide, "RowIndex": l.row, "RowSpan": high,
	}
	l.column += wide
	l.below = max(l.below, l.row+high)
	return element
}

func buildCanvas() object {
	return object{"ScreenCanvasSizeOptions": object{"ResizeOption": "RESPONSIVE"}}
}

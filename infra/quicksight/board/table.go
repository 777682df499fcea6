package board

import (
	"fmt"
	"slices"
	"strings"

	"view360/infra/quicksight/dataset"
)

func (d drawing) drawTable() object {
	wells := object{"GroupBy": d.buildDimensions(d.By), "Values": d.buildMeasures(d.Values)}
	return object{
		"FieldWells":        object{"TableAggregatedFieldWells": wells},
		"FieldOptions":      object{"SelectedFieldOptions": d.buildLabels()},
		"SortConfiguration": object{"RowSort": d.buildSortList()},
	}
}

// drawPivot returns a pivot table, which counts records if it has no values.
func (d drawing) drawPivot() object {
	wells := object{"Rows": d.buildDimensions(d.By), "Columns": d.buildDimensions(d.Across), "Values": d.buildMeasures(d.Values)}
	chart := object{
		"FieldWells":   object{"PivotTableAggregatedFieldWells": wells},
		"FieldOptions": object{"SelectedFieldOptions": d.buildLabels()},
		"TotalOptions": object{
			"RowSubtotalOptions": object{"TotalsVisibility": "HIDDEN"}, "ColumnSubtotalOptions": object{"TotalsVisibility": "HIDDEN"},
			"RowTotalOptions": object{"TotalsVisibility": "VISIBLE"}, "ColumnTotalOptions": object{"TotalsVisibility": "HIDDEN"},
		},
	}
	if order, ok := d.buildSort(); ok {
		chart["SortConfiguration"] = object{"FieldSortOptions": []any{object{
			"FieldId": order["FieldId"], "SortBy": object{"Field": order},
		}}}
	}
	return chart
}

// The colors of circles and moods.
const (
	green = "#2CAD00"
	gray  = "#A9A9A9"
	red   = "#DE3B00"
)

// addCircles formats the flags of a table as circles, green if they are set and otherwise gray.
func (d drawing) addCircles(visual object) {
	var cells []any
	for _, f := range slices.Concat(d.By, d.Values) {
		if !f.Flag {
			continue
		}
		operand, set, unset := "{"+f.Column+"}", "> 0", "= 0"
		if f.Count != "" {
			operand = fmt.Sprintf("%s(%s)", f.Count, operand)
		}
		if d.findColumnType(f.Column) == dataset.String {
			set, unset = "= 'ONLINE'", "<> 'ONLINE'"
		}
		cells = append(cells, d.drawCircle(f, operand+" "+set, green), d.drawCircle(f, operand+" "+unset, gray))
	}
	if len(cells) > 0 {
		visual["ConditionalFormatting"] = object{"ConditionalFormattingOptions": cells}
	}
}

func (d drawing) drawCircle(f Field, condition, color string) object {
	return object{"Cell": object{"FieldId": d.buildFieldID(f), "TextFormat": object{"Icon": object{"CustomCondition": object{
		"Expression": condition, "Color": color, "IconOptions": object{"Icon": "CIRCLE"},
		"DisplayConfiguration": object{"IconDisplayOption": "ICON_ONLY"},
	}}}}}
}

// colorChange formats the comparison of a KPI with the previous period: a rise that is Bad is red.
func (d drawing) colorChange(visual object) {
	if d.Rising == Neutral {
		return
	}
	rise, fall := red, green
	if d.Rising == Good {
		rise, fall = green, red
	}
	value := fmt.Sprintf("%s({%s})", strings.ToLower(string(d.Values[0].Count)), d.Values[0].Column)
	if d.Values[0].Count == Ratio {
		value = "{" + ratioColumn + "}"
	}
	change := fmt.Sprintf("percentDifference(%s, [{%s} DESC], 1)", value, d.By[0].Column) // the next row is the previous period
	color := func(condition, color string) object {
		return object{"ComparisonValue": object{"TextColor": object{"Solid": object{"Expression": change + condition, "Color": color}}}}
	}
	visual["ConditionalFormatting"] = object{"ConditionalFormattingOptions": []any{color(" > 0", rise), color(" < 0", fall)}}
}

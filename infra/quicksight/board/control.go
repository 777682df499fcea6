package board

import (
	"cmp"
	"fmt"
	"strings"
)

// choice is a drop-down of the control bar: a parameter with any number of values of a column that every data set has.
type choice struct{ parameter, title, column string }

var choices = []choice{
	{"product", "Product", "project_product_name"},
	{"accountCat", "Category", "account_category"},
	{"accountType", "Environment", "account_type"},
	{"account", "Account", "account_full"},
	{"customer", "Customer", "account_customer"},
	{"partner", "Partner", "account_partner"},
}

// chooseFrom is the data set with the values of the drop-downs.
const chooseFrom = "view_accounts"

// The parameters of the date controls.
const (
	dateFrom = "dateFrom"
	dateTo   = "dateTo"
)

// buildParameters returns the declarations of parameters. Their defaults are the dates of this month, and all values.
func buildParameters() []any {
	declared := []any{
		buildRollingDate(dateFrom, "truncDate('MM', now())"),
		buildRollingDate(dateTo, "addDateTime(-1, 'SS', addDateTime(1, 'MM', truncDate('MM', now())))"),
	}
	for _, c := range choices {
		declared = append(declared, object{"StringParameterDeclaration": object{
			"ParameterValueType": "MULTI_VALUED", "Name": c.parameter,
			"ValueWhenUnset": object{"ValueWhenUnsetOption": "RECOMMENDED_VALUE"}, // all values
		}})
	}
	return declared
}

func buildRollingDate(name, expression string) object {
	return object{"DateTimeParameterDeclaration": object{
		"Name": name, "TimeGranularity": "DAY", "DefaultValues": object{"RollingDate": object{"Expression": expression}},
	}}
}

// buildControls returns the controls of one sheet, and their positions in its control bar.
func buildControls(sheet string) (drawn, bar []any) {
	add := func(kind, parameter, title string, more object) {
		id := sheet + "-control-" + parameter
		control := object{"ParameterControlId": id, "Title": title, "SourceParameterName": parameter}
		for name, value := range more {
			control[name] = value
		}
		drawn = append(drawn, object{kind: control})
		bar = append(bar, object{"ElementId": id, "ElementType": "PARAMETER_CONTROL", "ColumnSpan": 4, "RowSpan": 3})
	}
	date := object{"DisplayOptions": object{"DateTimeFormat": "YYYY/MM/DD"}}
	add("DateTimePicker", dateFrom, "From", date)
	add("DateTimePicker", dateTo, "To", date)
	for _, c := range choices {
		add("Dropdown", c.parameter, c.title, object{
			"Type":             "MULTI_SELECT",
			"SelectableValues": object{"LinkToDataSetColumn": object{"DataSetIdentifier": chooseFrom, "ColumnName": c.column}},
			"DisplayOptions":   object{"SelectAllOptions": object{"Visibility": "VISIBLE"}},
			"CascadingControlConfiguration": object{
				"SourceControls": listSources(sheet, c),
			},
		})
	}
	return drawn, bar
}

// listSources returns the other drop-downs, whose values limit those of c.
func listSources(sheet string, c choice) []any {
	var others []any
	for _, other := range choices {
		if other != c {
			others = append(others, object{
				"SourceSheetControlId": sheet + "-control-" + other.parameter,
				"ColumnToMatch":        object{"DataSetIdentifier": chooseFrom, "ColumnName": other.column},
			})
		}
	}
	return others
}

// buildControlFilters returns filters that apply the drop-downs to all data sets on all sheets. They keep rows without a
// value.
func buildControlFilters() []any {
	var groups []any
	for _, c := range choices {
		filter := object{"CategoryFilter": object{
			"FilterId": "filter-" + c.parameter, "Column": object{"DataSetIdentifier": chooseFrom, "ColumnName": c.column},
			"Configuration": object{"CustomFilterConfiguration": object{
				"MatchOperator": "EQUALS", "ParameterName": c.parameter, "NullOption": "ALL_VALUES",
			}},
		}}
		groups = append(groups, object{
			"FilterGroupId": "group-" + c.parameter, "CrossDataset": "ALL_DATASETS", "Status": "ENABLED", "Filters": []any{filter},
			"ScopeConfiguration": object{"AllSheets": object{}},
		})
	}
	return groups
}

// dateColumn is a column that the date controls filter.
type dateColumn struct{ set, column string }

func (c dateColumn) compare(other dateColumn) int {
	return cmp.Or(strings.Compare(c.set, other.set), strings.Compare(c.column, other.column))
}

// buildDateFilter returns a filter that applies the date controls to visuals of a data set on a sheet. A sheet follows one
// date column of a data set.
func buildDateFilter(sheet string, c dateColumn, visuals []string) object {
	id := fmt.Sprintf("%s-dates-%s", sheet, c.set)
	return buildFilterGroup(id, sheet, visuals, object{"TimeRangeFilter": object{
		"FilterId": id + "-filter", "Column": object{"DataSetIdentifier": c.set, "ColumnName": c.column}, "NullOption": "NON_NULLS_ONLY",
		"IncludeMinimum": true, "IncludeMaximum": true, "TimeGranularity": "DAY",
		"RangeMinimumValue": object{"Parameter": dateFrom}, "RangeMaximumValue": object{"Parameter": dateTo},
	}})
}

// buildFilter returns a filter of one visual.
func (d drawing) buildFilter(sheet string, n int, f Filter) object {
	id := fmt.Sprintf("%s-where-%d", d.id, n+1)
	column := d.buildColumn(f.Column)
	d.findColumnType(f.Column) // panics if the column does not exist
	if f.Number != nil {
		return buildFilterGroup(id, sheet, []string{d.id}, object{"NumericEqualityFilter": object{
			"FilterId": id + "-filter", "Column": column, "MatchOperator": "EQUALS", "NullOption": "NON_NULLS_ONLY", "Value": *f.Number,
		}})
	}
	return buildFilterGroup(id, sheet, []string{d.id}, object{"CategoryFilter": object{
		"FilterId": id + "-filter", "Column": column, "Configuration": object{"FilterListConfiguration": object{
			"MatchOperator": "CONTAINS", "CategoryValues": f.Values, "NullOption": "NON_NULLS_ONLY",
		}},
	}})
}

func buildFilterGroup(id, sheet string, visuals []string, filter object) object {
	return object{
		"FilterGroupId": id, "CrossDataset": "SINGLE_DATASET", "Status": "ENABLED", "Filters": []any{filter},
		"ScopeConfiguration": object{"SelectedSheets": object{"SheetVisualScopingConfigurations": []any{object{
			"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": visuals,
		}}}},
	}
}

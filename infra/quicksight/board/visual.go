package board

// draw is the visual as QuickSight takes it.
func (d drawing) draw() object {
	visual := object{"VisualId": d.id, "Title": d.text(d.Title)}
	if d.Subtitle != "" {
		visual["Subtitle"] = d.text(d.Subtitle)
	}
	name := ""
	switch d.Kind {
	case KPI:
		name = "KPIVisual"
		visual["ChartConfiguration"] = d.kpi()
		d.mood(visual)
	case Table:
		name = "TableVisual"
		visual["ChartConfiguration"] = d.table()
		d.circles(visual)
	case Pivot:
		name = "PivotTableVisual"
		visual["ChartConfiguration"] = d.pivot()
	case Pie:
		name = "PieChartVisual"
		visual["ChartConfiguration"] = d.pie()
	case Line:
		name = "LineChartVisual"
		visual["ChartConfiguration"] = d.line()
	case Bar, Row:
		name = "BarChartVisual"
		visual["ChartConfiguration"] = d.bar()
	case Insight:
		name = "InsightVisual"
		visual["DataSetIdentifier"] = d.Data
		visual["InsightConfiguration"] = d.insight()
	}
	return object{name: visual}
}

func (d drawing) text(words string) object {
	return object{"Visibility": "VISIBLE", "FormatText": object{"PlainText": words}}
}

func (d drawing) kpi() object {
	wells := object{"Values": d.measures(d.Values)}
	chart := object{"FieldWells": wells}
	if len(d.By) > 0 {
		wells["TrendGroups"] = d.dimensions(d.By)
		chart["SortConfiguration"] = object{"TrendGroupSort": d.sorted()}
		chart["KPIOptions"] = object{
			"Comparison":              object{"ComparisonMethod": "PERCENT_DIFFERENCE"},
			"PrimaryValueDisplayType": "ACTUAL",
			"Sparkline":               object{"Visibility": "VISIBLE", "Type": "AREA"},
		}
	}
	return chart
}

func (d drawing) pie() object {
	wells := object{"Category": d.dimensions(d.By), "Values": d.measures(d.Values)}
	if len(d.Across) > 0 {
		wells["SmallMultiples"] = d.dimensions(d.Across)
	}
	return object{
		"FieldWells":        object{"PieChartAggregatedFieldWells": wells},
		"SortConfiguration": object{"CategorySort": d.sorted(), "CategoryItemsLimit": object{"ItemsLimit": 20, "OtherCategories": "INCLUDE"}},
		"DonutOptions":      object{"ArcOptions": object{"ArcThickness": "MEDIUM"}},
		"DataLabels":        object{"Visibility": "VISIBLE", "MeasureLabelVisibility": "VISIBLE"},
	}
}

func (d drawing) line() object {
	wells := object{"Category": d.dimensions(d.By), "Values": d.measures(d.Values)}
	if len(d.Across) > 0 {
		wells["Colors"] = d.dimensions(d.Across)
	}
	chart := object{
		"Type":              "LINE",
		"FieldWells":        object{"LineChartAggregatedFieldWells": wells},
		"SortConfiguration": object{"CategorySort": d.sorted()},
	}
	if d.Forecast { // a year and what is left of this month, with a band of 90 percent
		chart["ForecastConfigurations"] = []any{object{"ForecastProperties": object{
			"PeriodsForward": 14, "PeriodsBackward": 1, "PredictionInterval": 90,
		}}}
	}
	return chart
}

func (d drawing) bar() object {
	orientation := "VERTICAL"
	if d.Kind == Row {
		orientation = "HORIZONTAL"
	}
	return object{
		"FieldWells": object{"BarChartAggregatedFieldWells": object{
			"Category": d.dimensions(d.By), "Values": d.measures(d.Values), "Colors": d.dimensions(d.Across),
		}},
		"SortConfiguration": object{"CategorySort": d.sorted()},
		"Orientation":       orientation, "BarsArrangement": "STACKED",
	}
}

func (d drawing) insight() object {
	return object{"Computations": []any{object{"TopBottomRanked": object{
		"ComputationId": d.id + "-top", "Name": "Top", "Type": "TOP", "ResultSize": 3,
		"Category": d.dimensions(d.By)[0], "Value": d.measures(d.Values)[0],
	}}}}
}

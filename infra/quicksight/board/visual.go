package board

// drawVisual returns the visual in QuickSight's form.
func (d drawing) drawVisual() object {
	visual := object{"VisualId": d.id, "Title": d.buildText(d.Title)}
	if d.Subtitle != "" {
		visual["Subtitle"] = d.buildText(d.Subtitle)
	}
	name := ""
	switch d.Kind {
	case KPI:
		name = "KPIVisual"
		visual["ChartConfiguration"] = d.drawKPI()
		d.colorChange(visual)
	case Table:
		name = "TableVisual"
		visual["ChartConfiguration"] = d.drawTable()
		d.addCircles(visual)
	case Pivot:
		name = "PivotTableVisual"
		visual["ChartConfiguration"] = d.drawPivot()
	case Pie:
		name = "PieChartVisual"
		visual["ChartConfiguration"] = d.drawPie()
	case Line:
		name = "LineChartVisual"
		visual["ChartConfiguration"] = d.drawLine()
	case Bar, Row:
		name = "BarChartVisual"
		visual["ChartConfiguration"] = d.drawBar()
	case Insight:
		name = "InsightVisual"
		visual["DataSetIdentifier"] = d.Data
		visual["InsightConfiguration"] = d.drawInsight()
	}
	return object{name: visual}
}

func (d drawing) buildText(words string) object {
	return object{"Visibility": "VISIBLE", "FormatText": object{"PlainText": words}}
}

func (d drawing) drawKPI() object {
	wells := object{"Values": d.buildMeasures(d.Values)}
	chart := object{"FieldWells": wells}
	if len(d.By) > 0 {
		wells["TrendGroups"] = d.buildDimensions(d.By)
		chart["SortConfiguration"] = object{"TrendGroupSort": d.buildSortList()}
		chart["KPIOptions"] = object{
			"Comparison":              object{"ComparisonMethod": "PERCENT_DIFFERENCE"},
			"PrimaryValueDisplayType": "ACTUAL",
			"Sparkline":               object{"Visibility": "VISIBLE", "Type": "AREA"},
		}
	}
	return chart
}

func (d drawing) drawPie() object {
	wells := object{"Category": d.buildDimensions(d.By), "Values": d.buildMeasures(d.Values)}
	if len(d.Across) > 0 {
		wells["SmallMultiples"] = d.buildDimensions(d.Across)
	}
	return object{
		"FieldWells":        object{"PieChartAggregatedFieldWells": wells},
		"SortConfiguration": object{"CategorySort": d.buildSortList(), "CategoryItemsLimit": object{"ItemsLimit": 20, "OtherCategories": "INCLUDE"}},
		"DonutOptions":      object{"ArcOptions": object{"ArcThickness": "MEDIUM"}},
		"DataLabels":        object{"Visibility": "VISIBLE", "MeasureLabelVisibility": "VISIBLE"},
	}
}

func (d drawing) drawLine() object {
	wells := object{"Category": d.buildDimensions(d.By), "Values": d.buildMeasures(d.Values)}
	if len(d.Across) > 0 {
		wells["Colors"] = d.buildDimensions(d.Across)
	}
	chart := object{
		"Type":              "LINE",
		"FieldWells":        object{"LineChartAggregatedFieldWells": wells},
		"SortConfiguration": object{"CategorySort": d.buildSortList()},
	}
	if d.Forecast { // a year and the rest of this month, with a prediction interval of 90 percent
		chart["ForecastConfigurations"] = []any{object{"ForecastProperties": object{
			"PeriodsForward": 14, "PeriodsBackward": 1, "PredictionInterval": 90,
		}}}
	}
	return chart
}

func (d drawing) drawBar() object {
	orientation := "VERTICAL"
	if d.Kind == Row {
		orientation = "HORIZONTAL"
	}
	return object{
		"FieldWells": object{"BarChartAggregatedFieldWells": object{
			"Category": d.buildDimensions(d.By), "Values": d.buildMeasures(d.Values), "Colors": d.buildDimensions(d.Across),
		}},
		"SortConfiguration": object{"CategorySort": d.buildSortList()},
		"Orientation":       orientation, "BarsArrangement": "STACKED",
	}
}

func (d drawing) drawInsight() object {
	return object{"Computations": []any{object{"TopBottomRanked": object{
		"ComputationId": d.id + "-top", "Name": "Top", "Type": "TOP", "ResultSize": 3,
		"Category": d.buildDimensions(d.By)[0], "Value": d.buildMeasures(d.Values)[0],
	}}}}
}

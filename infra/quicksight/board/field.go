package board

import (
	"fmt"
	"slices"

	"view360/infra/quicksight/dataset"
)

// drawing is a visual with its id, which is a prefix of the ids of its fields.
type drawing struct {
	id string
	Visual
}

func (d drawing) buildFieldID(f Field) string { return d.id + "-" + f.Column }

func (d drawing) buildColumn(name string) object {
	return object{"DataSetIdentifier": d.Data, "ColumnName": name}
}

// findColumnType returns the type of a column of the visual's data set. It panics for an unknown column, a mistake in this
// package that its tests find.
func (d drawing) findColumnType(name string) dataset.Type {
	set, _ := dataset.Lookup(d.Data)
	c, known := set.Column(name)
	if !known && name != ratioColumn {
		panic(fmt.Sprintf("%q: data set %s has no column %s", d.Title, d.Data, name))
	}
	return c.Type
}

// buildDimensions returns the fields to group by.
func (d drawing) buildDimensions(fields []Field) []any {
	drawn := []any{}
	for _, f := range fields {
		field := object{"FieldId": d.buildFieldID(f), "Column": d.buildColumn(f.Column)}
		switch d.findColumnType(f.Column) {
		case dataset.DateTime:
			field["DateGranularity"] = f.Grain
			drawn = append(drawn, object{"DateDimensionField": field})
		case dataset.String:
			drawn = append(drawn, object{"CategoricalDimensionField": field})
		default:
			drawn = append(drawn, object{"NumericalDimensionField": field})
		}
	}
	return drawn
}

// buildMeasures returns the fields to aggregate.
func (d drawing) buildMeasures(fields []Field) []any {
	drawn := []any{}
	for _, f := range fields {
		field := object{"FieldId": d.buildFieldID(f), "Column": d.buildColumn(f.Column)}
		if shown := f.Format.formatNumber(); shown != nil {
			field["FormatConfiguration"] = object{"FormatConfiguration": shown}
		}
		switch {
		case f.Count == Ratio: // the calculated field aggregates itself
			drawn = append(drawn, object{"NumericalMeasureField": field})
		case d.findColumnType(f.Column) == dataset.String:
			field["AggregationFunction"] = string(f.Count)
			delete(field, "FormatConfiguration")
			drawn = append(drawn, object{"CategoricalMeasureField": field})
		default:
			field["AggregationFunction"] = object{"SimpleNumericalAggregation": string(f.Count)}
			drawn = append(drawn, object{"NumericalMeasureField": field})
		}
	}
	return drawn
}

func (f Format) formatNumber() object {
	switch f {
	case Whole:
		return object{"NumberDisplayFormatConfiguration": object{"DecimalPlacesConfiguration": object{"DecimalPlaces": 0}}}
	case USD:
		return object{"CurrencyDisplayFormatConfiguration": object{"Symbol": "USD", "DecimalPlacesConfiguration": object{"DecimalPlaces": 2}}}
	case Percent:
		return object{"PercentageDisplayFormatConfiguration": object{"DecimalPlacesConfiguration": object{"DecimalPlaces": 0}}}
	default:
		return nil
	}
}

// buildSort returns the sort order of Sort; ok is false if there is none.
func (d drawing) buildSort() (order object, ok bool) {
	name, direction := d.Sort, "DESC"
	if name == "" {
		return nil, false
	}
	if name[0] == '+' {
		name, direction = name[1:], "ASC"
	}
	fields := slices.Concat(d.By, d.Across, d.Values)
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Column == name })
	if i < 0 {
		panic(fmt.Sprintf("%q is sorted by %s, which it does not show", d.Title, name))
	}
	return object{"FieldId": d.buildFieldID(fields[i]), "Direction": direction}, true
}

// buildSortList returns the sort order as a list, as most visuals require.
func (d drawing) buildSortList() []any {
	order, ok := d.buildSort()
	if !ok {
		return []any{}
	}
	return []any{object{"FieldSort": order}}
}

// buildLabels returns the labels and the visibility of the fields, for tables and pivots.
func (d drawing) buildLabels() []any {
	options := []any{}
	for _, f := range slices.Concat(d.By, d.Across, d.Values) {
		option := object{"FieldId": d.buildFieldID(f), "Visibility": "VISIBLE"}
		if f.Label != "" {
			option["CustomLabel"] = f.Label
		}
		if f.Hidden {
			option["Visibility"] = "HIDDEN"
		}
		options = append(options, option)
	}
	return options
}

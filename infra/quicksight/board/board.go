// Package board has the dashboard as data, sheet by sheet, and converts it to the definition of a QuickSight analysis or
// dashboard, in the form of CloudFormation.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-quicksight-dashboard-dashboardversiondefinition.html
package board

import "view360/infra/quicksight/dataset"

// Sheet is one page of the dashboard.
type Sheet struct {
	Name    string
	Visuals []Visual
}

// Kind is the kind of a visual.
type Kind int

// The kinds that the sheets use.
const (
	KPI     Kind = iota // one figure, or its change over By[0]
	Table               // one row for each combination of By
	Pivot               // rows By, columns Across
	Pie                 // slices By[0], one small pie for each Across[0]
	Line                // over By[0], one line for each Across[0]
	Bar                 // vertical bars By[0], stacked by Across[0]
	Row                 // horizontal bars
	Insight             // the greatest of By[0] as text
)

// Visual is one visual. The layout is a grid of 36 columns that fills from left to right.
type Visual struct {
	Kind     Kind
	Title    string
	Subtitle string // explains the figure, if the title does not
	Data     string // name of the data set
	By       []Field
	Across   []Field
	Values   []Field
	Where    []Filter
	Sort     string // column, descending; with + before it, ascending
	Wide     int    // columns
	High     int    // rows of about 30 pixels
	Date     string // column that the date controls filter, if it is not that of the data set
	AnyDate  bool   // ignores the date controls
	Rising   Mood   // color of a rise, for a KPI with a trend
	Forecast bool   // of a Line
}

// findDateColumn returns the column that the date controls filter, or "".
func (v Visual) findDateColumn() string {
	if v.AnyDate || v.Date != "" {
		return v.Date
	}
	set, _ := dataset.Lookup(v.Data)
	return set.Date
}

// Mood is the meaning of a rising figure.
type Mood int

// The moods: rising costs are Bad, rising scores are Good.
const (
	Neutral Mood = iota
	Bad
	Good
)

// Field is a column in a visual.
type Field struct {
	Column string
	Label  string // "": the column's name
	Count  Count  // of a value; "" for a column to group by
	Format Format
	Grain  string // DAY or MONTH, of a date
	Hidden bool   // not shown, only for sorting
	Flag   bool   // shown as a circle, green for 1 or ONLINE, otherwise gray
}

// Count is the aggregation of a value.
type Count string

// The aggregations. Ratio is the share of compliant rules, a calculated field.
const (
	Sum      Count = "SUM"
	Average  Count = "AVERAGE"
	Minimum  Count = "MIN"
	Maximum  Count = "MAX"
	Rows     Count = "COUNT"
	Distinct Count = "DISTINCT_COUNT"
	Ratio    Count = "RATIO"
)

// Format is the number format of a value.
type Format int

// The formats.
const (
	Plain Format = iota
	Whole
	USD
	Percent
)

// Filter selects rows of a visual.
type Filter struct {
	Column string
	Values []string // texts to keep; empty: keep Number
	Number *float64 // number to keep
}

// The first fields of most lists.
var (
	account     = Field{Column: "account", Label: "Account"}
	accountName = Field{Column: "account_name", Label: "Account name"}
	environment = Field{Column: "account_type", Label: "Environment"}
	category    = Field{Column: "account_category", Label: "Category"}
	region      = Field{Column: "account_region", Label: "Region"}
)

// listFields returns the usual first fields of a list, followed by fields.
func listFields(fields ...Field) []Field {
	return append([]Field{account, accountName, environment, category}, fields...)
}

// The functions below build fields: to group by, to sort by and to aggregate.

func groupBy(column, label string) Field     { return Field{Column: column, Label: label} }
func groupByDay(column, label string) Field  { return Field{Column: column, Label: label, Grain: "DAY"} }
func groupByMonth(column string) Field       { return Field{Column: column, Grain: "MONTH"} }
func groupByFlag(column, label string) Field { return Field{Column: column, Label: label, Flag: true} }
func sortBy(column string) Field             { return Field{Column: column, Hidden: true} }
func sumOf(column, label string) Field {
	return Field{Column: column, Label: label, Count: Sum, Format: Whole}
}
func meanOf(column, label string) Field {
	return Field{Column: column, Label: label, Count: Average, Format: Whole}
}
func countRows(column, label string) Field { return Field{Column: column, Label: label, Count: Rows} }
func countDistinct(column, label string) Field {
	return Field{Column: column, Label: label, Count: Distinct}
}
func sumUSD(column, label string) Field {
	return Field{Column: column, Label: label, Count: Sum, Format: USD}
}

func sumFlag(column, label string) Field {
	return Field{Column: column, Label: label, Count: Sum, Flag: true}
}

// keepValues returns a filter that keeps rows with one of the values.
func keepValues(column string, values ...string) Filter {
	return Filter{Column: column, Values: values}
}

// keepOne returns a filter that keeps rows with the number 1, which is true.
func keepOne(column string) Filter { return Filter{Column: column, Number: new(1.0)} }

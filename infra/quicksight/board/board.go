// Package board is the dashboard as data, sheet by sheet, and turns it into the definition that QuickSight takes for an
// analysis or a dashboard, spelled as in CloudFormation.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-quicksight-dashboard-dashboardversiondefinition.html
package board

// Sheet is one page.
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
	Bar                 // upright bars By[0], stacked by Across[0]
	Row                 // the same lying
	Insight             // the greatest of By[0] in words
)

// Visual is one visual. The layout is a grid of 36 columns that fills from left to right.
type Visual struct {
	Kind     Kind
	Title    string
	Subtitle string // what the figure is, where the title does not say it
	Data     string // name of the data set
	By       []Field
	Across   []Field
	Values   []Field
	Where    []Filter
	Sort     string // column, descending; with + before it, ascending
	Wide     int    // columns
	High     int    // rows of about 30 pixels
	AnyDate  bool   // is not bound to the date controls
	Rising   Mood   // of a KPI with a trend
	Forecast bool   // of a Line
}

// Mood says what a rise of a figure is.
type Mood int

// The moods: costs rise badly, scores rise well.
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
	Hidden bool   // only sorts
	Flag   bool   // a green circle for what is 1 or ONLINE, a grey one for the rest
}

// Count is how a value is aggregated.
type Count string

// The aggregations. Ratio is the share of compliant rules, which is no column.
const (
	Sum      Count = "SUM"
	Average  Count = "AVERAGE"
	Minimum  Count = "MIN"
	Maximum  Count = "MAX"
	Rows     Count = "COUNT"
	Distinct Count = "DISTINCT_COUNT"
	Ratio    Count = "RATIO"
)

// Format is how a number is shown.
type Format int

// The formats.
const (
	Plain Format = iota
	Whole
	USD
	Percent
)

// Filter keeps rows of a visual.
type Filter struct {
	Column string
	Values []string // text to keep; empty: Number
	Number *float64 // the number to keep
}

// The fields that most lists begin with.
var (
	account     = Field{Column: "account", Label: "Account"}
	accountName = Field{Column: "account_name", Label: "Account name"}
	environment = Field{Column: "account_type", Label: "Environment"}
	category    = Field{Column: "account_category", Label: "Category"}
	region      = Field{Column: "account_region", Label: "Region"}
)

// listFields is the usual beginning of a list and then fields.
func listFields(fields ...Field) []Field {
	return append([]Field{account, accountName, environment, category}, fields...)
}

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

func keepValues(column string, values ...string) Filter {
	return Filter{Column: column, Values: values}
}

func keepOne(column string) Filter { return Filter{Column: column, Number: new(1.0)} }

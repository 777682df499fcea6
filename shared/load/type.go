package load

import "fmt"

// Type is a column's type.
type Type struct {
	kind      kind
	length    int // varchar
	precision int // numeric
	scale     int
	enum      string
}

type kind int

const (
	text kind = iota
	integer
	numeric
	boolean
	timestamp
	date
	jsonb
	enumerated
)

// The column types of the contract.
var (
	Text      = Type{kind: text}
	Integer   = Type{kind: integer}
	Boolean   = Type{kind: boolean}
	Timestamp = Type{kind: timestamp} // timestamptz
	Date      = Type{kind: date}
	JSON      = Type{kind: jsonb}
)

// Varchar returns the type character varying(n).
func Varchar(n int) Type { return Type{kind: text, length: n} }

// Numeric returns the type numeric(precision, scale).
func Numeric(precision, scale int) Type {
	return Type{kind: numeric, precision: precision, scale: scale}
}

// Granularity is the enum of report periods.
var Granularity = Type{kind: enumerated, enum: "period_granularity_type"}

// String returns the type as SQL.
func (t Type) String() string {
	switch t.kind {
	case integer:
		return "integer"
	case numeric:
		return fmt.Sprintf("numeric(%d,%d)", t.precision, t.scale)
	case boolean:
		return "boolean"
	case timestamp:
		return "timestamp with time zone"
	case date:
		return "date"
	case jsonb:
		return "jsonb"
	case enumerated:
		return t.enum
	default:
		if t.length > 0 {
			return fmt.Sprintf("character varying(%d)", t.length)
		}
		return "text"
	}
}

package snapshot

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Amount is an exact sum of money, never converted to a binary float.
type Amount struct{ rat big.Rat }

// ParseAmount reads the decimal text of an API.
func ParseAmount(text string) (Amount, error) {
	var a Amount
	if _, ok := a.rat.SetString(text); !ok || strings.ContainsAny(text, "/_xX") {
		return Amount{}, fmt.Errorf("amount %q is not a decimal number", text)
	}
	return a, nil
}

// Plus returns a + b.
func (a Amount) Plus(b Amount) (sum Amount) {
	sum.rat.Add(&a.rat, &b.rat)
	return sum
}

// Minus returns a - b.
func (a Amount) Minus(b Amount) (difference Amount) {
	difference.rat.Sub(&a.rat, &b.rat)
	return difference
}

// PercentOf returns a in percent of b, as the nearest double; b must not be zero.
func (a Amount) PercentOf(b Amount) float64 {
	var quotient big.Rat
	quotient.Quo(&a.rat, &b.rat)
	percent, _ := quotient.Mul(&quotient, big.NewRat(100, 1)).Float64()
	return percent
}

// Cmp compares like strings.Compare.
func (a Amount) Cmp(b Amount) int { return a.rat.Cmp(&b.rat) }

// Sign returns -1, 0, or 1.
func (a Amount) Sign() int { return a.rat.Sign() }

// amountDigits is the number of decimal places that are written; Cost Explorer has 10.
const amountDigits = 20

// String returns the plain decimal text, without trailing zeros.
func (a Amount) String() string {
	text := a.rat.FloatString(amountDigits)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalJSON writes a JSON number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a JSON number.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var number json.Number
	if err := json.Unmarshal(data, &number); err != nil {
		return fmt.Errorf("reading an amount: %w", err)
	}
	parsed, err := ParseAmount(number.String())
	*a = parsed
	return err
}

// ServiceCost is one element of service: the cost of one AWS service in one period, taxes and credits included.
type ServiceCost struct {
	Service         string  `json:"service"`
	UsageTypes      string  `json:"usage_types"` // always Aggregated
	DateFrom        string  `json:"date_from"`
	DateTo          string  `json:"date_to"` // exclusive
	Cost            Amount  `json:"cost"`    // unblended, may be negative
	Currency        string  `json:"currency"`
	Utilization     *string `json:"utilization"`      // always null
	UtilizationUnit *string `json:"utilization_unit"` // always null
}

// Cost is the section cost: the account's total and its comparison with the period before. The loaders of the Python
// version make its members columns, so none may be added.
type Cost struct {
	AccountID          string       `json:"account_id"`
	CurrentPeriodCost  Amount       `json:"current_period_cost"`
	PreviousPeriodCost Amount       `json:"previous_period_cost"`
	CostDifference     Amount       `json:"cost_difference"`
	CostDifferencePct  float64      `json:"cost_difference_percentage"` // percent, not rounded; 0 if the previous cost is not positive
	TopServices        []TopService `json:"top_services"`               // at most five, most expensive first
	Period             CostPeriod   `json:"period"`
	Forecast           []Forecast   `json:"forecast"`
}

// TopService is one of the most expensive services.
type TopService struct {
	Service string `json:"service"`
	Cost    Amount `json:"cost"`
}

// CostPeriod is the window of a cost section; the end is exclusive.
type CostPeriod struct {
	Start       string   `json:"start"`
	End         string   `json:"end"`
	Granularity Interval `json:"granularity"`
}

// Forecast is the cost that Cost Explorer expects for one month, or the part of it that is left.
type Forecast struct {
	Period ForecastPeriod `json:"period"`
	Amount Amount         `json:"amount"`
}

// ForecastPeriod is the time that a forecast is for; the end is exclusive.
type ForecastPeriod struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

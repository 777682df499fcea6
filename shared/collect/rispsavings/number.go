package rispsavings

import (
	"math"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/snapshot"
)

// parseNumber returns the number in a decimal text, or nil.
func parseNumber(text *string) *float64 {
	v, err := strconv.ParseFloat(aws.ToString(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func parseCents(text *string) *float64 {
	v := parseNumber(text)
	if v == nil {
		return nil
	}
	return roundToCents(*v)
}

// roundToCents rounds the binary value to two decimals.
func roundToCents(v float64) *float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 2, 64), 64)
	if err != nil { // v is not finite
		return nil
	}
	return &rounded
}

// widenPrice returns the float64 with the same decimal digits: 0.034 stays 0.034.
func widenPrice(price *float32) *float64 {
	if price == nil {
		return nil
	}
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(*price), 'g', -1, 32), 64)
	if err != nil { // infinite
		return nil
	}
	return &wide
}

func formatTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return aws.String(snapshot.Time{Time: *t}.String())
}

package rispsavings

import (
	"math"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/snapshot"
)

// number is a decimal text as a number, nil where there is none.
func number(text *string) *float64 {
	v, err := strconv.ParseFloat(aws.ToString(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func cents(text *string) *float64 {
	v := number(text)
	if v == nil {
		return nil
	}
	return round(*v)
}

// round keeps two decimals, correctly rounded from the binary value.
func round(v float64) *float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 2, 64), 64)
	if err != nil { // v is not finite
		return nil
	}
	return &rounded
}

// double widens a price without the digits that a binary conversion would add: 0.034 stays 0.034.
func double(price *float32) *float64 {
	if price == nil {
		return nil
	}
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(*price), 'g', -1, 32), 64)
	if err != nil { // infinite
		return nil
	}
	return &wide
}

func date(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return aws.String(snapshot.Time{Time: *t}.String())
}

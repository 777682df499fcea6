package awsconf

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
)

// restoreFarTimes returns cfg with clients whose answers have times beyond the years that fit an integer of nanoseconds,
// 1677 to 2262. The SDK computes with one, and so reads the end of a certificate that is valid to the end of 9999 as 1816.
// Source: ParseEpochSeconds of github.com/aws/smithy-go/time.
func restoreFarTimes(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(cfg.APIOptions[:len(cfg.APIOptions):len(cfg.APIOptions)], func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("view360.FarTimes", readFarTimes), middleware.Before)
	})
	return cfg
}

// answerKey is the stack value with the *bytes.Buffer that keeps an answer in JSON while it is read.
type answerKey struct{}

// largeNumber finds numbers that may be such a time: eleven digits or more, ten with a first 9, or an exponent with which
// the number is as large. The times of today are none.
var largeNumber = regexp.MustCompile(`[:\[,]\s*-?(\d{11,}|9\d{9}|(9|\d\d)[\d.]*[eE]|\d[\d.]*[eE]\+?0*[1-9]\d)`)

func readFarTimes(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	var answer bytes.Buffer
	out, metadata, err := next.HandleDeserialize(middleware.WithStackValue(ctx, answerKey{}, &answer), in)
	if err != nil || !largeNumber.Match(answer.Bytes()) {
		return out, metadata, err
	}
	decoder := json.NewDecoder(&answer)
	decoder.UseNumber()
	var members any
	if decoder.Decode(&members) == nil { // the SDK has read it: what it forgives has no times to mend
		setFarTimes(reflect.ValueOf(out.Result), members)
	}
	return out, metadata, nil
}

// setFarTimes sets the times in an output from its members in the answer, where these do not fit the SDK's integer.
func setFarTimes(to reflect.Value, from any) {
	switch to.Kind() {
	case reflect.Pointer:
		if number, is := from.(json.Number); is && !to.IsNil() && to.Type() == reflect.TypeFor[*time.Time]() {
			if t, far := parseFarTime(number); far {
				to.Elem().Set(reflect.ValueOf(t))
			}
			return
		}
		if !to.IsNil() {
			setFarTimes(to.Elem(), from)
		}
	case reflect.Interface:
		if !to.IsNil() {
			setFarTimes(to.Elem(), from)
		}
	case reflect.Struct:
		members, _ := from.(map[string]any)
		for name, value := range members {
			field := to.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
			if field.IsValid() && field.CanInterface() {
				setFarTimes(field, value)
			}
		}
	case reflect.Slice:
		elements, _ := from.([]any)
		for i := range min(to.Len(), len(elements)) {
			setFarTimes(to.Index(i), elements[i])
		}
	case reflect.Map:
		members, _ := from.(map[string]any)
		for name, value := range members {
			if element := to.MapIndex(reflect.ValueOf(name).Convert(to.Type().Key())); element.IsValid() {
				setFarTimes(element, value)
			}
		}
	}
}

// parseFarTime returns the time of a number of seconds since 1970 that is not within 292 years of it.
func parseFarTime(number json.Number) (t time.Time, far bool) {
	seconds, ok := new(big.Rat).SetString(number.String())
	const years292 = 292 * 365 * 24 * 60 * 60
	if !ok || new(big.Rat).Abs(seconds).Cmp(big.NewRat(years292, 1)) < 0 {
		return time.Time{}, false
	}
	milliseconds := new(big.Rat).Mul(seconds, big.NewRat(1000, 1))
	whole := new(big.Int).Quo(milliseconds.Num(), milliseconds.Denom())
	if !whole.IsInt64() { // beyond every calendar
		whole.SetInt64(math.MaxInt64)
	}
	return time.UnixMilli(whole.Int64()).UTC(), true
}

package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// null represents JSON's null: the null of the JSONata library, to which Go's nil is a missing value.
var null *any

// data is a JSON value with its text, so that a value is encoded once for the history, the size limit and the next state.
type data struct {
	value any
	text  string // "" if not yet encoded
}

// MarshalJSON writes the value.
func (d data) MarshalJSON() ([]byte, error) {
	if d.text != "" {
		return []byte(d.text), nil
	}
	text, err := encodeValue(d.value)
	return []byte(text), err
}

// UnmarshalJSON reads the value.
func (d *data) UnmarshalJSON(text []byte) error {
	value, err := decodeValue(text)
	*d = data{value: value, text: string(text)}
	return err
}

// decodeValue reads one JSON value. Whole numbers that a float64 cannot hold stay exact, as int64.
func decodeValue(text []byte) (any, error) {
	var value any
	if !hasLongNumber(text) {
		err := json.Unmarshal(text, &value)
		return adoptValue(value), err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := decodeNext(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

// hasLongNumber reports whether the text has 16 digits in a row, the fewest that may need an int64.
func hasLongNumber(text []byte) bool {
	digits := 0
	for _, c := range text {
		if digits++; c < '0' || c > '9' {
			digits = 0
		}
		if digits == 16 {
			return true
		}
	}
	return false
}

func decodeNext(decoder *json.Decoder) (any, error) {
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return adoptValue(value), nil
}

// adoptValue converts a value from encoding/json for expressions, in place.
func adoptValue(value any) any {
	switch v := value.(type) {
	case nil:
		return null
	case json.Number:
		return convertNumber(v)
	case []any:
		for i := range v {
			v[i] = adoptValue(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = adoptValue(v[key])
		}
	}
	return value
}

func convertNumber(n json.Number) any {
	const exact = 1 << 53 // beyond it a float64 skips integers
	if i, err := n.Int64(); err == nil && (i > exact || i < -exact) {
		return i
	}
	f, _ := n.Float64() // out of range is infinite, which encode refuses
	return f
}

// encodeValue encodes a value as Step Functions does: compact, with sorted members, and with <, > and & unescaped.
func encodeValue(value any) (string, error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	text, err := appendValue((*buffer)[:0], value)
	if err != nil {
		return "", err
	}
	*buffer = text
	return string(text), nil
}

// buffers keeps the buffers of encodeValue.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil, *any:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		return appendNumber(b, v)
	case string:
		return jsontext.AppendQuote(b, v)
	case []any:
		return appendArray(b, v)
	case map[string]any:
		return appendObject(b, v)
	default:
		return nil, fmt.Errorf("a %T is not JSON", value)
	}
}

func appendNumber(b []byte, f float64) ([]byte, error) {
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return nil, fmt.Errorf("the number %v is not JSON", f)
	case math.Abs(f) >= 1e-6 && math.Abs(f) < 1e21 || f == 0:
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	default:
		return strconv.AppendFloat(b, f, 'e', -1, 64), nil
	}
}

func appendArray(b []byte, list []any) (_ []byte, err error) {
	b = append(b, '[')
	for i, element := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, element); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject(b []byte, members map[string]any) (_ []byte, err error) {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = jsontext.AppendQuote(b, name); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendValue(b, members[name]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

package asl

import (
	"crypto/rand"
	"errors"
	"fmt"

	jsonata "github.com/blues/jsonata-go"
)

// extensions are the functions that Step Functions adds to JSONata, without $range, $hash and $random.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions
var extensions = map[string]jsonata.Extension{
	"parse":     {Func: parseJSON},
	"partition": {Func: partition},
	"uuid":      {Func: uuid},
}

func parseJSON(text string) (any, error) { return decode([]byte(text)) }

func partition(list []any, size float64) ([]any, error) {
	if size < 1 {
		return nil, errors.New("the size of a partition is less than 1")
	}
	parts := []any{}
	for len(list) > 0 {
		n := min(int(size), len(list))
		parts = append(parts, list[:n:n])
		list = list[n:]
	}
	return parts, nil
}

// uuid is a random UUID of version 4.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

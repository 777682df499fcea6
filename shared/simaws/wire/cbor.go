package wire

import (
	"fmt"
	"net/http"
	"path"

	"github.com/aws/smithy-go/encoding/cbor"
)

// CBOR is Smithy RPC v2: the operation ends the path, input and answer are CBOR maps.
type CBOR struct {
	// Namespace qualifies the codes of errors.
	Namespace string
}

// ErrorCodes implements [Protocol].
func (CBOR) ErrorCodes() ErrorCodes { return JSON{}.ErrorCodes() }

// Decode implements [Protocol].
func (CBOR) Decode(r *http.Request, body []byte, _ []Route) (string, []byte, error) {
	name := path.Base(r.URL.Path)
	if len(body) == 0 {
		return name, orEmpty(body), nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return name, nil, fmt.Errorf("decoding CBOR: %w", err)
	}
	input, ok := fromCBOR(value).(Object)
	if !ok {
		return name, nil, fmt.Errorf("the input is a CBOR %T, not a map", value)
	}
	encoded, err := encodeInput(input)
	return name, encoded, err
}

// Encode implements [Protocol].
func (CBOR) Encode(w http.ResponseWriter, a Answer) error {
	return writeCBOR(w, http.StatusOK, a.Body)
}

// EncodeError implements [Protocol].
func (p CBOR) EncodeError(w http.ResponseWriter, e *Error) {
	_ = writeCBOR(w, e.Status, Object{"__type": p.Namespace + "#" + e.Code, "message": e.Message})
}

func writeCBOR(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	return WriteBody(w, "application/cbor", status, cbor.Encode(toCBOR(Normalize(v))))
}

func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		o := Object{}
		for name, value := range v {
			o[name] = fromCBOR(value)
		}
		return o
	case cbor.List:
		list := make([]any, len(v))
		for i := range v {
			list[i] = fromCBOR(v[i])
		}
		return list
	case cbor.Tag:
		return fromCBOR(v.Value)
	case *cbor.Tag:
		return fromCBOR(v.Value)
	case *cbor.Nil, *cbor.Undefined:
		return nil
	default:
		return v // texts, numbers and booleans are of Go's own kinds
	}
}

// epochTag marks a number as seconds since 1970.
const epochTag = 1

func toCBOR(v any) cbor.Value {
	switch v := v.(type) {
	case Object:
		m := cbor.Map{}
		for name, value := range v {
			m[name] = toCBOR(value)
		}
		return m
	case []any:
		list := make(cbor.List, len(v))
		for i := range v {
			list[i] = toCBOR(v[i])
		}
		return list
	case Time:
		return &cbor.Tag{ID: epochTag, Value: cbor.Float64(float64(v.UnixMilli()) / 1000)}
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case int:
		if v < 0 {
			return cbor.NegInt(uint64(-v))
		}
		return cbor.Uint(uint64(v))
	case float64:
		return cbor.Float64(v)
	default:
		return &cbor.Nil{}
	}
}

package simaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"

	"github.com/aws/smithy-go/encoding/cbor"
)

// rpcCBOR is Smithy RPC v2: the operation ends the path, input and answer are CBOR maps.
type rpcCBOR struct {
	// namespace qualifies the names of errors.
	namespace string
}

func (rpcCBOR) usual() usual { return awsJSON{}.usual() }

func (rpcCBOR) read(_ *service, r *http.Request, body []byte) (string, []byte, error) {
	name := path.Base(r.URL.Path)
	if len(body) == 0 {
		return name, []byte("{}"), nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return name, nil, fmt.Errorf("decoding CBOR: %w", err)
	}
	input, err := json.Marshal(fromCBOR(value))
	if err != nil {
		return name, nil, fmt.Errorf("encoding the input: %w", err)
	}
	return name, input, nil
}

func (rpcCBOR) write(w http.ResponseWriter, _ *call, out any) error {
	return writeCBOR(w, http.StatusOK, out)
}

func (p rpcCBOR) fail(w http.ResponseWriter, f *failure) {
	// The answer is on its way; a client that has gone needs no second error.
	_ = writeCBOR(w, f.status, object{"__type": p.namespace + "#" + f.code, "message": f.message})
}

func writeCBOR(w http.ResponseWriter, status int, out any) error {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	return write(w, "application/cbor", status, cbor.Encode(toCBOR(plain(out))))
}

func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		o := object{}
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
	case object:
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

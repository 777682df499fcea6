package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// JSON is AWS-JSON 1.0 and 1.1: one path, the operation in X-Amz-Target.
type JSON struct{}

// ErrorCodes implements [Protocol].
func (JSON) ErrorCodes() ErrorCodes {
	return ErrorCodes{
		Denied: "AccessDeniedException", DeniedStatus: http.StatusBadRequest,
		Throttled: "ThrottlingException", ThrottledStatus: http.StatusBadRequest,
		Invalid: "ValidationException", BadToken: "InvalidNextTokenException",
		Unknown: "UnrecognizedClientException", Expired: "ExpiredTokenException", NotFoundStatus: http.StatusBadRequest,
	}
}

// Decode implements [Protocol].
func (JSON) Decode(r *http.Request, body []byte, _ []Route) (string, []byte, error) {
	target := r.Header.Get("X-Amz-Target")
	_, name, found := strings.Cut(target, ".")
	if !found {
		return "", nil, fmt.Errorf("X-Amz-Target %q names no operation", target)
	}
	return name, orEmpty(body), nil
}

// Encode implements [Protocol].
func (JSON) Encode(w http.ResponseWriter, a Answer) error {
	return writeJSON(w, "application/x-amz-json-1.1", http.StatusOK, a.Body)
}

// EncodeError implements [Protocol].
func (JSON) EncodeError(w http.ResponseWriter, e *Error) {
	_ = writeJSON(w, "application/x-amz-json-1.1", e.Status, Object{"__type": e.Code, "message": e.Message, "Message": e.Message})
}

// RESTJSON has a method and a path for each operation, parameters in path, query and a JSON body.
type RESTJSON struct{}

// ErrorCodes implements [Protocol].
func (RESTJSON) ErrorCodes() ErrorCodes {
	return ErrorCodes{
		Denied: "AccessDeniedException", DeniedStatus: http.StatusForbidden,
		Throttled: "TooManyRequestsException", ThrottledStatus: http.StatusTooManyRequests,
		Invalid: "ValidationException", BadToken: "ValidationException",
		Unknown: "UnrecognizedClientException", Expired: "ExpiredTokenException", NotFoundStatus: http.StatusNotFound,
	}
}

// Decode implements [Protocol].
func (RESTJSON) Decode(r *http.Request, body []byte, routes []Route) (string, []byte, error) {
	var input Object
	if err := json.Unmarshal(orEmpty(body), &input); err != nil {
		return "", nil, fmt.Errorf("decoding the body: %w", err)
	}
	name, variables := matchRoute(r, routes)
	for member, values := range r.URL.Query() {
		input[member] = values[0]
	}
	for member, value := range variables {
		input[member] = value
	}
	encoded, err := encodeInput(input)
	return name, encoded, err
}

// Encode implements [Protocol].
func (RESTJSON) Encode(w http.ResponseWriter, a Answer) error {
	return writeJSON(w, "application/json", http.StatusOK, a.Body)
}

// EncodeError implements [Protocol].
func (RESTJSON) EncodeError(w http.ResponseWriter, e *Error) {
	w.Header().Set("X-Amzn-Errortype", e.Code)
	JSON{}.EncodeError(w, e)
}

func orEmpty(body []byte) []byte {
	if len(body) == 0 {
		return []byte("{}")
	}
	return body
}

func writeJSON(w http.ResponseWriter, contentType string, status int, v any) error {
	encoded, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return fmt.Errorf("encoding the answer: %w", err)
	}
	return WriteBody(w, contentType, status, encoded)
}

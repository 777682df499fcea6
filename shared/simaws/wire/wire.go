// Package wire speaks the protocols of AWS: it decodes a request to an operation's name and its input, and encodes
// answers and errors. It knows no service and no operation: a service says which [Protocol] it speaks, the [Route] of
// each operation, and the error codes that differ from the protocol's.
//
// An input is always JSON with the API's member names. An answer is anything with JSON tags, or an [Object].
package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Protocol is one of the ways in which AWS services talk.
type Protocol interface {
	// Decode returns the name of the requested operation and its input as JSON. The protocols that have no paths
	// ignore routes.
	Decode(r *http.Request, body []byte, routes []Route) (operation string, input []byte, err error)
	// Encode writes a successful answer.
	Encode(w http.ResponseWriter, a Answer) error
	// EncodeError writes an error. Writing is not reported: a client that has gone needs no second error.
	EncodeError(w http.ResponseWriter, e *Error)
	// ErrorCodes returns the codes that the protocol's services usually share.
	ErrorCodes() ErrorCodes
}

// Answer is the answer of an operation.
type Answer struct {
	Operation, RequestID string
	Body                 any
}

// Object is an answer, or a part of one, with the API's member names. Members that are nil are left out.
type Object map[string]any

// Error is an error answer.
type Error struct {
	Status        int
	Code, Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCodes are the codes and HTTP statuses of the errors that every service can return. Unknown is the code of
// credentials that AWS does not know.
type ErrorCodes struct {
	Denied, Throttled, Invalid, BadToken, Unknown, Expired string
	DeniedStatus, ThrottledStatus, NotFoundStatus          int
}

// Or returns e, with the codes of fallback where e has none.
func (e ErrorCodes) Or(fallback ErrorCodes) ErrorCodes {
	return ErrorCodes{
		Denied: cmp.Or(e.Denied, fallback.Denied), Throttled: cmp.Or(e.Throttled, fallback.Throttled),
		Invalid: cmp.Or(e.Invalid, fallback.Invalid), BadToken: cmp.Or(e.BadToken, fallback.BadToken),
		Unknown: cmp.Or(e.Unknown, fallback.Unknown), Expired: cmp.Or(e.Expired, fallback.Expired),
		DeniedStatus: cmp.Or(e.DeniedStatus, fallback.DeniedStatus), ThrottledStatus: cmp.Or(e.ThrottledStatus, fallback.ThrottledStatus),
		NotFoundStatus: cmp.Or(e.NotFoundStatus, fallback.NotFoundStatus),
	}
}

// Credential is the credential scope of a request's signature.
type Credential struct{ KeyID, Region, Service string }

var credentialPattern = regexp.MustCompile(`Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

// ParseCredential reads the credential scope of a signed request. The signature itself is not checked.
func ParseCredential(r *http.Request) (c Credential, signed bool) {
	m := credentialPattern.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return Credential{}, false
	}
	return Credential{KeyID: m[1], Region: m[2], Service: m[3]}, true
}

// ReadBody reads at most 4 MiB, more than any operation takes.
func ReadBody(r *http.Request) ([]byte, error) {
	const largest = 4 << 20
	body, err := io.ReadAll(io.LimitReader(r.Body, largest))
	if err != nil {
		return nil, fmt.Errorf("reading the request body: %w", err)
	}
	return body, nil
}

// Route is the method and path of a REST operation, such as "GET /detector/{DetectorId}". A last variable of the form
// {Name+} takes the rest of the path.
type Route struct{ Operation, Pattern string }

// matchRoute returns the operation of a REST request and the values of its path's variables. A request that matches no
// route is named by its method and path.
func matchRoute(r *http.Request, routes []Route) (operation string, variables map[string]string) {
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		if method != r.Method {
			continue
		}
		if variables, ok := matchPath(pattern, r.URL.EscapedPath()); ok {
			return route.Operation, variables
		}
	}
	return r.Method + " " + r.URL.Path, nil
}

func matchPath(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	variables := map[string]string{}
	for i, segment := range want {
		if i >= len(got) {
			return nil, false
		}
		variable := strings.HasPrefix(segment, "{")
		value, err := url.PathUnescape(got[i])
		switch {
		case err != nil, !variable && value != segment:
			return nil, false
		case strings.HasSuffix(segment, "+}"):
			rest, err := url.PathUnescape(strings.Join(got[i:], "/"))
			variables[strings.Trim(segment, "{+}")] = rest
			return variables, err == nil
		case variable:
			variables[strings.Trim(segment, "{}")] = value
		}
	}
	return variables, len(want) == len(got)
}

func encodeInput(input Object) ([]byte, error) {
	encoded, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("encoding the input: %w", err)
	}
	return encoded, nil
}

// Time is a moment that each protocol writes in its own way: seconds since 1970 in JSON and CBOR, text in XML.
type Time struct{ time.Time }

// MarshalJSON writes seconds with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(t.UnixMilli())/1000), nil
}

// FormatISO returns the text form with milliseconds of XML, which some JSON services use too.
func FormatISO(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Number is an integer input, which query strings and forms carry as text.
type Number int

// UnmarshalJSON reads a number or a text of digits.
func (n *Number) UnmarshalJSON(raw []byte) error {
	var v int
	if err := json.Unmarshal([]byte(strings.Trim(string(raw), `"`)), &v); err != nil {
		return fmt.Errorf("reading a number: %w", err)
	}
	*n = Number(v)
	return nil
}

// WriteBody writes an encoded body.
func WriteBody(w http.ResponseWriter, contentType string, status int, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

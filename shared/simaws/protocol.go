package simaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// protocol is one of the ways in which AWS services talk.
type protocol interface {
	// read returns the name of the operation asked for and its input as JSON.
	read(s *service, r *http.Request, body []byte) (name string, input []byte, err error)
	write(w http.ResponseWriter, c *call, out any) error
	fail(w http.ResponseWriter, f *failure)
	usual() usual
}

// usual are the error codes that services of a protocol share unless they say otherwise.
type usual struct {
	denied, throttled, invalid, unknown, badToken string
	deniedStatus, throttledStatus                 int
	rest                                          bool
}

// awsJSON is AWS-JSON 1.0 and 1.1: one path, the operation in X-Amz-Target.
type awsJSON struct{}

func (awsJSON) usual() usual {
	return usual{
		denied: "AccessDeniedException", deniedStatus: http.StatusBadRequest,
		throttled: "ThrottlingException", throttledStatus: http.StatusBadRequest,
		invalid: "ValidationException", badToken: "InvalidNextTokenException", unknown: "UnrecognizedClientException",
	}
}

func (awsJSON) read(_ *service, r *http.Request, body []byte) (string, []byte, error) {
	target := r.Header.Get("X-Amz-Target")
	_, name, found := strings.Cut(target, ".")
	if !found {
		return "", nil, fmt.Errorf("X-Amz-Target %q names no operation", target)
	}
	return name, orEmpty(body), nil
}

func (awsJSON) write(w http.ResponseWriter, _ *call, out any) error {
	return writeJSON(w, "application/x-amz-json-1.1", http.StatusOK, out)
}

func (awsJSON) fail(w http.ResponseWriter, f *failure) {
	body := object{"__type": f.code, "message": f.message, "Message": f.message}
	for name, value := range f.members {
		body[name] = value
	}
	// The answer is on its way; a client that has gone needs no second error.
	_ = writeJSON(w, "application/x-amz-json-1.1", f.status, body)
}

// restJSON has a method and a path for each operation, parameters in path, query and a JSON body.
type restJSON struct{}

func (restJSON) usual() usual {
	return usual{
		denied: "AccessDeniedException", deniedStatus: http.StatusForbidden,
		throttled: "TooManyRequestsException", throttledStatus: http.StatusTooManyRequests,
		invalid: "ValidationException", badToken: "ValidationException", unknown: "UnrecognizedClientException", rest: true,
	}
}

func (restJSON) read(s *service, r *http.Request, body []byte) (string, []byte, error) {
	var input object
	if err := json.Unmarshal(orEmpty(body), &input); err != nil {
		return "", nil, fmt.Errorf("decoding the body: %w", err)
	}
	name, captured := s.route(r)
	for member, values := range r.URL.Query() {
		input[member] = values[0]
	}
	for member, value := range captured {
		input[member] = value
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		return "", nil, fmt.Errorf("encoding the input: %w", err)
	}
	return name, encoded, nil
}

func (restJSON) write(w http.ResponseWriter, _ *call, out any) error {
	return writeJSON(w, "application/json", http.StatusOK, out)
}

func (restJSON) fail(w http.ResponseWriter, f *failure) {
	w.Header().Set("X-Amzn-Errortype", f.code)
	awsJSON{}.fail(w, f)
}

// route finds the operation of a REST request and the values of its path's variables. A request that nothing matches
// is named by its method and path.
func (s *service) route(r *http.Request) (name string, captured map[string]string) {
	for _, op := range s.operations {
		method, pattern, _ := strings.Cut(op.route, " ")
		if method != r.Method {
			continue
		}
		if captured, ok := match(pattern, r.URL.EscapedPath()); ok {
			return op.name, captured
		}
	}
	return r.Method + " " + r.URL.Path, nil
}

// match compares a path with a pattern such as /detector/{DetectorId}/findings; a last {Name+} takes the rest.
func match(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	captured := map[string]string{}
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
			captured[strings.Trim(segment, "{+}")] = rest
			return captured, err == nil
		case variable:
			captured[strings.Trim(segment, "{}")] = value
		}
	}
	return captured, len(want) == len(got)
}

func orEmpty(body []byte) []byte {
	if len(body) == 0 {
		return []byte("{}")
	}
	return body
}

func writeJSON(w http.ResponseWriter, contentType string, status int, out any) error {
	encoded, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return fmt.Errorf("encoding the answer: %w", err)
	}
	return write(w, contentType, status, encoded)
}

func write(w http.ResponseWriter, contentType string, status int, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

package apimodel

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// checkObjectRequest checks a request to S3, of which only path and query are decoded.
func (s *Service) checkObjectRequest(r *http.Request) error {
	name := s.findObjectOperation(r)
	if name == "" {
		return fmt.Errorf("no API model of %s %s at s3: add it in shared/apimodel/generate", r.Method, r.URL)
	}
	input := map[string]any{}
	path, constants, _ := strings.Cut(s.Operations[name].Path, "?")
	skip, err := url.ParseQuery(constants)
	if err != nil {
		return fmt.Errorf("parsing the model of %s: %w", name, err)
	}
	for parameter, values := range r.URL.Query() {
		if !skip.Has(parameter) && parameter != operationHint {
			input[parameter] = values[0]
		}
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for variable, value := range map[string]string{"Bucket": bucket, "Key": key} {
		if strings.Contains(path, "{"+variable) {
			input[variable] = value
		}
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("encoding the input of %s: %w", name, err)
	}
	return describeRefusal("s3", name, s.checkBound(name, encoded))
}

// operationHint is the query parameter in which an SDK names its operation for the logs.
const operationHint = "x-id"

// findObjectOperation returns the operation that the SDK names, or the one whose constant query parameters and required
// headers are all there, and that has most of them.
func (s *Service) findObjectOperation(r *http.Request) (name string) {
	if hint := r.URL.Query().Get(operationHint); s.Operations[hint].Method == r.Method {
		return hint
	}
	most := -1
	for candidate, o := range s.Operations {
		pattern, query, _ := strings.Cut(o.Path, "?")
		n, ok := s.countBindings(o, query, r)
		if ok && o.Method == r.Method && matchesDepth(pattern, r.URL.Path) && n > most {
			name, most = candidate, n
		}
	}
	return name
}

// checkBound checks the members of path and query; the body of an operation is its payload.
func (s *Service) checkBound(operation string, input []byte) error {
	o := s.Operations[operation]
	if o.Input == "" {
		return nil
	}
	bound := Shape{Type: "structure", Members: map[string]Member{}}
	for name, m := range s.Shapes[o.Input].Members {
		if m.Place == "uri" || m.Place == "querystring" {
			bound.Members[name] = m
		}
	}
	for _, name := range s.Shapes[o.Input].Required {
		if _, ok := bound.Members[name]; ok {
			bound.Required = append(bound.Required, name)
		}
	}
	shapes := map[string]*Shape{"bound": &bound}
	for name, shape := range s.Shapes {
		shapes[name] = shape
	}
	return (&Service{Protocol: s.Protocol, Operations: map[string]Operation{operation: {Input: "bound"}}, Shapes: shapes}).Check(operation, input)
}

// countBindings counts the constant query parameters and the required headers and parameters of an operation. It reports
// false if the request lacks one.
func (s *Service) countBindings(o Operation, constants string, r *http.Request) (n int, ok bool) {
	want, err := url.ParseQuery(constants)
	if err != nil {
		return 0, false
	}
	given := r.URL.Query()
	for parameter, values := range want {
		if !given.Has(parameter) || values[0] != "" && given.Get(parameter) != values[0] {
			return 0, false
		}
		n++
	}
	if o.Input == "" {
		return n, true
	}
	in := s.Shapes[o.Input]
	for _, name := range in.Required {
		m := in.Members[name]
		if m.Place == "header" && r.Header.Get(m.Name) == "" || m.Place == "querystring" && !given.Has(m.Name) {
			return 0, false
		}
		if m.Place == "header" || m.Place == "querystring" {
			n++
		}
	}
	return n, true
}

// matchesDepth reports whether a path names what a pattern names: nothing, a bucket, or an object.
func matchesDepth(pattern, path string) bool {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return strings.Contains(pattern, "{Bucket}") == (bucket != "") && strings.Contains(pattern, "{Key+}") == (key != "")
}

// Package apimodel checks requests against the API models of AWS, as botocore ships them: members that are unknown, required
// members that are missing, enums, patterns, lengths and ranges. The simulated services refuse what a model refuses, as
// AWS does; an SDK client checks required members only.
//
// go generate ./shared/apimodel extracts models.json: the inputs of the operations that View360 calls or serves. Not
// checked are headers, XML bodies, and the few patterns that Go's regular expressions cannot say.
package apimodel

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"view360/shared/simaws/wire"
)

//go:generate go run ./generate

//go:embed models.json
var encoded []byte

// Service is what the model of a service says.
type Service struct {
	Protocol   string               `json:"protocol"`
	Operations map[string]Operation `json:"operations"`
	Shapes     map[string]*Shape    `json:"shapes"`
}

// Operation is the HTTP binding and the input of an operation. REST operations have a path, such as /{Bucket}?list-type=2.
type Operation struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Input  string `json:"input,omitempty"` // name of a shape; "" for none
}

// Shape is the type of a value. Min and Max are the length of a text, list or map, or the range of a number.
type Shape struct {
	Type     string            `json:"type"`
	Members  map[string]Member `json:"members,omitempty"` // of a structure
	Required []string          `json:"required,omitempty"`
	Element  string            `json:"element,omitempty"` // of a list or map
	Key      string            `json:"key,omitempty"`     // of a map
	Min      *float64          `json:"min,omitempty"`
	Max      *float64          `json:"max,omitempty"`
	Pattern  string            `json:"pattern,omitempty"` // of the whole text
	Enum     []string          `json:"enum,omitempty"`
}

// Member is a member of a structure and its name on the wire, where it has another.
type Member struct {
	Shape string `json:"shape"`
	Name  string `json:"name,omitempty"`
	Place string `json:"place,omitempty"` // header, headers, querystring or uri; "" for the body
}

var loadModels = sync.OnceValues(func() (map[string]*Service, error) {
	var models map[string]*Service
	if err := json.Unmarshal(encoded, &models); err != nil {
		return nil, fmt.Errorf("reading models.json: %w", err)
	}
	return models, nil
})

// Find returns the model of the service with a signing name.
func Find(service string) (*Service, error) {
	models, err := loadModels()
	if err != nil {
		return nil, err
	}
	s := models[service]
	if s == nil {
		return nil, fmt.Errorf("no API model of %s: add it in shared/apimodel/generate", service)
	}
	return s, nil
}

// Check returns what the model refuses in the input of an operation, in the words of AWS. The input is JSON, as package
// wire decodes it.
func (s *Service) Check(operation string, input []byte) error {
	o, ok := s.Operations[operation]
	if !ok {
		return fmt.Errorf("no API model of %s: add it in shared/apimodel/generate", operation)
	}
	if o.Input == "" {
		return nil
	}
	var value any
	if err := json.Unmarshal(input, &value); err != nil {
		return fmt.Errorf("decoding the input of %s: %w", operation, err)
	}
	c := checker{service: s}
	if members, is := value.(map[string]any); is {
		s.removeEnvelope(members)
	}
	c.check(s.Shapes[o.Input], value, "")
	if len(c.errors) == 0 {
		return nil
	}
	slices.Sort(c.errors)
	return fmt.Errorf("%d validation error%s detected: %s", len(c.errors), plural(len(c.errors)), strings.Join(c.errors, "; "))
}

// removeEnvelope removes what a protocol adds to the members of an input.
func (s *Service) removeEnvelope(members map[string]any) {
	if s.Protocol == "query" || s.Protocol == "ec2" {
		delete(members, "Action")
		delete(members, "Version")
	}
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

var protocols = map[string]wire.Protocol{
	"json": wire.JSON{}, "rest-json": wire.RESTJSON{}, "query": wire.Query{}, "ec2": wire.EC2{}, "rest-xml": wire.RESTXML{},
	"smithy-rpc-v2-cbor": wire.CBOR{},
}

// CheckRequest returns what the model of its service refuses in a signed request. The body can be read again.
func CheckRequest(r *http.Request) error {
	credential, signed := wire.ParseCredential(r)
	if !signed {
		return errors.New("the request is not signed")
	}
	s, err := Find(credential.Service)
	if err != nil {
		return err
	}
	if credential.Service == "s3" {
		return s.checkObjectRequest(r)
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	operation, input, err := protocols[s.Protocol].Decode(r, body, s.listRoutes())
	if err != nil {
		return fmt.Errorf("reading a request to %s: %w", credential.Service, err)
	}
	return describeRefusal(credential.Service, operation, s.Check(operation, input))
}

// describeRefusal names the operation of a refused request.
func describeRefusal(service, operation string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", service, operation, err)
	}
	return nil
}

// listRoutes returns the routes of a REST service, those with fewer variables first.
func (s *Service) listRoutes() []wire.Route {
	var routes []wire.Route
	for name, o := range s.Operations {
		routes = append(routes, wire.Route{Operation: name, Pattern: o.Method + " " + o.Path})
	}
	slices.SortFunc(routes, func(a, b wire.Route) int {
		return cmp.Or(strings.Count(a.Pattern, "{")-strings.Count(b.Pattern, "{"), strings.Compare(a.Pattern, b.Pattern))
	})
	return routes
}

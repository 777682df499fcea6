// Package asl runs state machines written in the part of Amazon States Language that this project's definitions use,
// with JSONata as the query language, in this process. What it does not know it refuses by name when a definition is
// read, so that a machine that runs here does not surprise on Step Functions.
//
// Of JSONata it has what its library has. Beyond that a plain path ($states.input.a.b) keeps an empty array, null is
// not missing, whole numbers stay exact and undefined is an error, as in Step Functions; but inside a longer expression
// an empty array is still taken for nothing, and $filter does not unwrap a single result.
//
// The language: https://states-language.net and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Machine is a definition that was read and checked. It is immutable and safe for concurrent use.
type Machine struct {
	Name       string
	Comment    string
	Definition json.RawMessage // with its placeholders filled in

	timeoutSeconds float64 // 0: none
	flow           *flow
	processors     map[string]*mapState // by the name of the state
}

// ARN is the machine's address.
func (m *Machine) ARN() string { return buildARN("stateMachine", m.Name) }

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// Parse reads a definition after replacing its ${Name} placeholders. A placeholder without a value, a value without a
// placeholder, and everything that this package does not support are errors that name the place, such as
// `state "Regions": field "ResultWriter" is not supported`.
func Parse(name string, definition []byte, substitutions map[string]string) (*Machine, error) {
	text, err := fillPlaceholders(definition, substitutions)
	if err != nil {
		return nil, err
	}
	// Decoding into maps would let the last of two states of one name win.
	if _, err := jsontext.NewDecoder(strings.NewReader(string(text))).ReadValue(); err != nil {
		return nil, fmt.Errorf("state machine %s: reading the definition: %w", name, err)
	}
	m := &Machine{Name: name, Definition: text, processors: map[string]*mapState{}}
	p := &parser{where: "state machine", raw: text, m: m, names: map[string]bool{}}
	p.readFields("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds")
	m.Comment = p.readText("Comment")
	p.decodeField("TimeoutSeconds", &m.timeoutSeconds)
	if language := p.readText("QueryLanguage"); language != "JSONata" {
		p.failField("QueryLanguage", "is %q: only JSONata is supported", language)
	}
	m.flow = p.readFlow()
	if p.err != nil {
		return nil, p.err
	}
	return m, m.flow.checkAssignments(nil)
}

func fillPlaceholders(definition []byte, substitutions map[string]string) ([]byte, error) {
	missing, used := map[string]bool{}, map[string]bool{}
	text := placeholder.ReplaceAllFunc(definition, func(match []byte) []byte {
		name := string(match[2 : len(match)-1])
		value, given := substitutions[name]
		if !given {
			missing[name] = true
		}
		used[name] = true
		inJSON, _ := json.Marshal(value) // a string always marshals
		return inJSON[1 : len(inJSON)-1]
	})
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		errs = append(errs, fmt.Errorf("placeholder ${%s} has no value", name))
	}
	for _, name := range slices.Sorted(maps.Keys(substitutions)) {
		if !used[name] {
			errs = append(errs, fmt.Errorf("the definition has no placeholder ${%s}", name))
		}
	}
	return text, errors.Join(errs...)
}

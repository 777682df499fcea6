// Package asl runs state machines in this process. It supports the part of Amazon States Language, with JSONata, that this
// project's definitions use. Parse refuses everything else by name, so that a machine behaves here as on Step Functions.
//
// A library evaluates JSONata. As in Step Functions, a plain path ($states.input.a.b) keeps an empty array, null differs
// from a missing value, whole numbers stay exact, and undefined is an error. Unlike in Step Functions, a longer expression
// drops an empty array.
//
// References: https://states-language.net and
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

// Machine is a parsed and checked definition. It is immutable and safe for concurrent use.
type Machine struct {
	Name       string
	Comment    string
	Definition json.RawMessage // with values in place of its placeholders

	timeoutSeconds float64 // 0: none
	flow           *flow
	processors     map[string]*mapState // by the name of the state
}

// ARN returns the ARN of the machine.
func (m *Machine) ARN() string { return buildARN("stateMachine", m.Name) }

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// Parse reads a definition after replacing its ${Name} placeholders. It returns an error for a placeholder without a
// value, for a value without a placeholder, and for an unsupported feature, such as
// `state "Regions": field "ResultWriter" is not supported`.
func Parse(name string, definition []byte, substitutions map[string]string) (*Machine, error) {
	text, err := fillPlaceholders(definition, substitutions)
	if err != nil {
		return nil, err
	}
	// Decoding into maps would drop the first of two states of one name.
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

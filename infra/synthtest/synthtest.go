// Package synthtest synthesizes stacks quickly and reads their templates, for tests.
package synthtest

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
)

// checks is the variable that turns off the CDK's own checks of templates. They take almost a minute for a dashboard;
// cfn-lint takes seconds.
const checks = "CDK_VALIDATION"

// Main runs the tests of a package without those checks, and exits. It restarts the program, because the CDK copies its
// environment before main.
func Main(m *testing.M) {
	if os.Getenv(checks) == "" {
		restartWithoutChecks()
	}
	code := m.Run()
	CloseRuntime()
	os.Exit(code)
}

// restartWithoutChecks replaces the process by one with the checks turned off.
func restartWithoutChecks() {
	program, err := os.Executable()
	if err == nil {
		err = syscall.Exec(program, os.Args, append(os.Environ(), checks+"=false"))
	}
	panic(err)
}

// Object is a JSON object of a template.
type Object = map[string]any

// Template is a stack's template as plain JSON.
type Template struct{ Resources map[string]Resource }

// Resource is one resource of a template.
type Resource struct {
	Type       string
	Properties Object
	DependsOn  any // a logical id, a list of them, or nil
}

// Read synthesizes the stack's app and returns the stack's template.
func Read(stack awscdk.Stack) (t Template) {
	text, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		panic(err) // the CDK's output is not JSON
	}
	return t
}

// FindAll returns the resources of a type, in the order of their logical ids.
func (t Template) FindAll(kind string) []Resource {
	var found []Resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if r := t.Resources[id]; r.Type == kind {
			found = append(found, r)
		}
	}
	return found
}

// FindOne returns the properties of the only resource of a type, or fails the test.
func (t Template) FindOne(tb testing.TB, kind string) Object {
	tb.Helper()
	found := t.FindAll(kind)
	if len(found) != 1 {
		tb.Fatalf("%d %s, want one", len(found), kind)
	}
	return found[0].Properties
}

// ToJSON returns a part of a template as JSON, to search for text in it.
func ToJSON(part any) string {
	text, err := json.Marshal(part)
	if err != nil {
		panic(err) // it came from JSON
	}
	return string(text)
}

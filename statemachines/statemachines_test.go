package statemachines_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"view360/shared/asl"
	"view360/shared/outcome"
	"view360/statemachines"
)

var definitions = map[string][]byte{"collect": statemachines.Collect, "load": statemachines.Load}

// The errors of Step Functions and Lambda themselves.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
var reported = []string{"States.ALL", "States.Timeout", "Lambda.ServiceException", "Lambda.AWSLambdaException",
	"Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.Unknown"}

func TestInterpreterAcceptsTheFiles(t *testing.T) {
	for name, definition := range definitions {
		if _, err := asl.Parse(name, definition, fillPlaceholders(definition)); err != nil {
			t.Error(err)
		}
	}
}

// A misspelled error name would never match, and nothing would be retried.
func TestStateMachinesMatchOnlyReportedErrors(t *testing.T) {
	known := map[string]bool{}
	for _, name := range reported {
		known[name] = true
	}
	for _, info := range outcome.Infos {
		known[info.Error] = true
	}
	list := regexp.MustCompile(`"ErrorEquals":\s*(\[[^\]]*\])`)
	for file, definition := range definitions {
		for _, match := range list.FindAllSubmatch(definition, -1) {
			var names []string
			if err := json.Unmarshal(match[1], &names); err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if name == "" || !known[name] {
					t.Errorf("%s: neither the table of statuses nor AWS has the error %q", file, name)
				}
			}
		}
	}
}

// TestValidatorAcceptsTheFiles uses asl-validator, which checks more of the language than the interpreter.
func TestValidatorAcceptsTheFiles(t *testing.T) {
	validator, err := filepath.Abs("../.ci/tools/bin/asl-validator")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(validator); err != nil {
		t.Skip("skipped: asl-validator is missing, .ci/tools/install installs it")
	}
	for file, definition := range definitions {
		filled := string(definition)
		for placeholder, value := range fillPlaceholders(definition) {
			filled = strings.ReplaceAll(filled, "${"+placeholder+"}", value)
		}
		path := filepath.Join(t.TempDir(), file+".asl.json")
		if err := os.WriteFile(path, []byte(filled), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), validator, "--json-path", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// fillPlaceholders returns a value for every placeholder of a definition.
func fillPlaceholders(definition []byte) map[string]string {
	values := map[string]string{"Partition": "aws"}
	for _, match := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllSubmatch(definition, -1) {
		if placeholder := string(match[1]); placeholder != "Partition" {
			values[placeholder] = "arn:aws:lambda:eu-west-1:111122223333:function:" + placeholder
		}
	}
	return values
}

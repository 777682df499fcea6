package statemachines_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"view360/shared/asl"
	"view360/shared/outcome"
	"view360/statemachines"
)

var definitions = map[string][]byte{"collect": statemachines.Collect, "load": statemachines.Load}

// Names of errors that every task retries, by the reason.
var (
	// Lambda could not run the function, or its answer was lost.
	// https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
	// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
	transient = []string{"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.ClientExecutionTimeoutException", "Lambda.ResourceNotReadyException", "Lambda.EC2UnexpectedException"}
	// The quota of concurrent executions is used up, perhaps for long. The pages are those of transient.
	throttled = []string{"Lambda.TooManyRequestsException", "Lambda.EC2ThrottledException"}
	// The function ended without a result. The platform reports the names with a dot as errorType of the payload:
	// https://github.com/aws/aws-lambda-runtime-interface-emulator/blob/develop/internal/lambda/fatalerror/fatalerror.go
	// (Sandbox.Timedout: cmd/aws-lambda-rie/handlers.go; Runtime.OutOfMemory: same repository,
	// internal/lambda-managed-instances, and https://github.com/nasa-gcn/gcn.nasa.gov/pull/3628). An execution reported
	// Runtime.ExitError in https://github.com/awslabs/amazon-s3-find-and-forget/pull/283 and Sandbox.Timedout in
	// https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/issues/917.
	// Lambda.Unknown is the name in the pages of transient, States.Timeout that of a task's TimeoutSeconds.
	crashed = []string{"Sandbox.Timedout", "Sandbox.Failure", "Runtime.ExitError", "Runtime.OutOfMemory",
		"Runtime.TruncatedResponse", "Runtime.Unknown", "Lambda.Unknown", "States.Timeout"}
)

func TestInterpreterAcceptsTheFiles(t *testing.T) {
	for name, definition := range definitions {
		if _, err := asl.Parse(name, definition, fillPlaceholders(definition)); err != nil {
			t.Error(err)
		}
	}
}

// No document of AWS says that variables outlive a redrive, which enters the failed state with its input.
func TestNothingDependsOnVariables(t *testing.T) {
	for name, definition := range definitions {
		if strings.Contains(string(definition), `"Assign"`) {
			t.Errorf("%s assigns variables: pass the values from state to state", name)
		}
	}
}

// A misspelled error name would never match, and nothing would be retried.
func TestStateMachinesMatchOnlyReportedErrors(t *testing.T) {
	known := map[string]bool{"States.ALL": true}
	for _, name := range slices.Concat(transient, throttled, crashed) {
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

// retrier is the part of a retrier that the tests read.
type retrier struct {
	ErrorEquals []string
	MaxAttempts int
}

func TestEveryTaskRetriesErrorsOfLambda(t *testing.T) {
	for file, definition := range definitions {
		var machine any
		if err := json.Unmarshal(definition, &machine); err != nil {
			t.Fatal(err)
		}
		tasks := listTasks(machine, file)
		if len(tasks) == 0 {
			t.Errorf("%s has no tasks", file)
		}
		for name, retriers := range tasks {
			for _, c := range []struct {
				errors      []string
				least, most int // attempts
			}{
				{append(transient, "RetryableError"), 4, 8},
				{throttled, 40, 40}, // an hour on average, in 120 events of the execution's history
				{crashed, 2, 2},     // the same work would most often end the same way
			} {
				i := slices.IndexFunc(retriers, func(r retrier) bool { return slices.Contains(r.ErrorEquals, c.errors[0]) })
				if i < 0 {
					t.Errorf("%s does not retry %s", name, c.errors[0])
					continue
				}
				less := cmpopts.SortSlices(strings.Compare)
				if diff := cmp.Diff(c.errors, retriers[i].ErrorEquals, less); diff != "" {
					t.Errorf("%s: names in the retrier of %s (-want +got):\n%s", name, c.errors[0], diff)
				}
				if n := retriers[i].MaxAttempts; n < c.least || n > c.most {
					t.Errorf("%s retries %s %d times, want %d to %d", name, c.errors[0], n, c.least, c.most)
				}
			}
		}
	}
}

// listTasks returns the retriers of the tasks in value, a part of a definition, by the path of the task.
func listTasks(value any, path string) map[string][]retrier {
	tasks := map[string][]retrier{}
	object, _ := value.(map[string]any)
	for name, member := range object {
		maps.Copy(tasks, listTasks(member, path+"."+name))
	}
	if object["Type"] != "Task" {
		return tasks
	}
	text, _ := json.Marshal(object["Retry"])
	var retriers []retrier
	_ = json.Unmarshal(text, &retriers)
	tasks[path] = retriers
	return tasks
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

package asl_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/asl"
)

// emulator is an independent implementation of Step Functions.
type emulator struct {
	*testing.T
	machines *sfn.Client
}

// deviations lists, by rule, what the emulator lacks or does differently from the documentation.
var deviations = map[string]string{
	"succeed shapes its output":                                 "Succeed has no Output in the emulator",
	"fail needs neither error nor cause":                        "reports an error name that the machine does not have",
	"assign is for the states that follow":                      "Succeed has no Output in the emulator",
	"children of a distributed map do not read outer variables": "they read them in the emulator",
	"the context object":                                        "has other names of region and machine",
	"a condition is true or false":                              "treats any value that is not empty as true",
	"a task's result is that of Lambda's Invoke":                "leaves ExecutedVersion out",
	"a function must return JSON":                               "a Go function cannot return invalid JSON",
	"arguments must name a function":                            "looks for a function with an empty name",
	"catch hands the error on":                                  "writes the cause with spaces",
	"States.ALL does not take States.DataLimitExceeded":         "has no limit of 256 KiB",
	"States.ALL does not take States.Runtime":                   "looks for a function with an empty name",
	"map of no array":                                           "treats one object as a list",
	"a distributed map reads a JSON array":                      noDistributedMap,
	"no child may fail by default":                              noDistributedMap,
	"ToleratedFailurePercentage":                                noDistributedMap,
	"ToleratedFailurePercentage exceeded":                       noDistributedMap,
}

const noDistributedMap = "has no distributed Map in JSONata; only the documentation confirms the rule"

// The rules hold on an independent implementation too: the same output or error, and the same states in the same order.
func TestEmulatorAgreesWithTheRules(t *testing.T) {
	e := startEmulator(t)
	for _, r := range slices.Concat(rules(), retryRules) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			x := r.run(t)
			ours := outcome{showEnd(x), listVisited(x, r)}
			theirs, err := e.run(r)
			if err == nil && ours.agrees(theirs) {
				if why, listed := deviations[r.name]; listed {
					t.Errorf("agrees, though it is listed: %s", why)
				}
				return
			}
			if _, listed := deviations[r.name]; !listed {
				t.Errorf("ours %v\nthe emulator's %v, error %v", ours, theirs, err)
			}
		})
	}
}

// outcome is the end of an execution, and the states that it entered.
type outcome struct {
	ended   string
	visited []string
}

// agrees compares errors by name: the causes are prose.
func (o outcome) agrees(p outcome) bool {
	if strings.HasPrefix(o.ended, "FAILED") || strings.HasPrefix(p.ended, "FAILED") {
		o.ended, p.ended = strings.Join(strings.Fields(o.ended + " - ")[:2], " "), strings.Join(strings.Fields(p.ended + " - ")[:2], " ")
	} else if !sameJSON(o.ended, p.ended) {
		return false
	} else {
		o.ended = p.ended
	}
	return o.ended == p.ended && slices.Equal(o.visited, p.visited)
}

func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	first, err1 := json.Marshal(x)
	second, err2 := json.Marshal(y)
	return err1 == nil && err2 == nil && bytes.Equal(first, second)
}

// listVisited returns the states of the machine itself in the order in which they are entered. It omits iterations, which
// the emulator does not record.
func listVisited(x *asl.Execution, r rule) []string {
	var states []string
	for _, event := range x.History() {
		if name, found := strings.CutSuffix(event.Type, "StateEntered"); found && r.has(event.Details.Name) {
			states = append(states, name+" "+event.Details.Name)
		}
	}
	return states
}

// has reports whether the machine itself has the state.
func (r rule) has(state string) bool {
	var states map[string]any
	return json.Unmarshal([]byte("{"+r.states+"}"), &states) == nil && states[state] != nil
}

func (e *emulator) run(r rule) (outcome, error) {
	name := fmt.Sprintf("rule-%d", time.Now().UnixNano())
	created, err := e.machines.CreateStateMachine(e.Context(), &sfn.CreateStateMachineInput{
		Name: &name, Definition: aws.String(machine("A", r.states)), RoleArn: aws.String("arn:aws:iam::000000000000:role/states"),
	})
	if err != nil {
		return outcome{}, err
	}
	started, err := e.machines.StartExecution(e.Context(), &sfn.StartExecutionInput{
		StateMachineArn: created.StateMachineArn, Name: aws.String("run"), Input: aws.String(r.document()),
	})
	if err != nil {
		return outcome{}, err
	}
	ended, err := e.waitForEnd(started.ExecutionArn)
	if err != nil {
		return outcome{}, err
	}
	states, err := e.listVisited(started.ExecutionArn, r)
	return outcome{ended, states}, err
}

func (e *emulator) waitForEnd(arn *string) (string, error) {
	ctx, cancel := context.WithTimeout(e.Context(), 30*time.Second)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for range poll.C {
		s, err := e.machines.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: arn})
		switch {
		case err != nil:
			return "", err
		case s.Status == sfntypes.ExecutionStatusSucceeded:
			return aws.ToString(s.Output), nil
		case s.Status != sfntypes.ExecutionStatusRunning:
			return strings.TrimSpace(fmt.Sprintf("%s %s %s", s.Status, aws.ToString(s.Error), aws.ToString(s.Cause))), nil
		}
	}
	return "", ctx.Err()
}

func (e *emulator) listVisited(arn *string, r rule) ([]string, error) {
	var states []string
	pages := sfn.NewGetExecutionHistoryPaginator(e.machines, &sfn.GetExecutionHistoryInput{ExecutionArn: arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(e.Context())
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			if name, found := strings.CutSuffix(string(event.Type), "StateEntered"); found && r.has(aws.ToString(event.StateEnteredEventDetails.Name)) {
				states = append(states, name+" "+aws.ToString(event.StateEnteredEventDetails.Name))
			}
		}
	}
	return states, nil
}

func startEmulator(t *testing.T) *emulator {
	t.Helper()
	program, err := filepath.Abs("../../.ci/tools/bin/ministack")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("skipped: ministack is missing, .ci/tools/install installs it")
	}
	port := freePort(t)
	server := exec.CommandContext(t.Context(), program)
	server.Dir = t.TempDir()
	server.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+port, "IOT_MTLS_ENABLED=0", "LOG_LEVEL=ERROR", "SFN_WAIT_SCALE=0", "TMPDIR="+server.Dir,
		"AWS_ENDPOINT_URL=http://127.0.0.1:"+port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	endpoint, login := aws.String("http://127.0.0.1:"+port), credentials.NewStaticCredentialsProvider("test", "test", "")
	functions := lambda.New(lambda.Options{Region: "us-east-1", BaseEndpoint: endpoint, Credentials: login})
	deployStubs(t, functions)
	return &emulator{t, sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: endpoint, Credentials: login})}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// deployStubs retries until the emulator answers.
func deployStubs(t *testing.T, functions *lambda.Client) {
	t.Helper()
	code := buildStub(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, name := range []string{"echo", "large", "retryable", "terminal", "renamed", "wrapped"} {
		for {
			_, err := functions.CreateFunction(ctx, &lambda.CreateFunctionInput{
				FunctionName: &name, Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
				Role: aws.String("arn:aws:iam::000000000000:role/functions"), Code: &lambdatypes.FunctionCode{ZipFile: code},
			})
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				t.Fatal(err)
			}
		}
	}
}

// buildStub returns the zip file of a Lambda function for this computer.
func buildStub(t *testing.T) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/stub")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the stub: %v: %s", err, out)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := archive.CreateHeader(header)
	if err == nil {
		_, err = file.Write(content)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	return code.Bytes()
}

// retryRules define which failures are retried, and the result after the last attempt.
var retryRules = []rule{
	{"a retried failure is handed on after the last attempt", errorsDoc, retryingTask("retryable", `{"ErrorEquals":["RetryableError"],"MaxAttempts":2}`), ``, ``},
	{"another failure is not retried", errorsDoc, retryingTask("terminal", `{"ErrorEquals":["RetryableError"]}`), ``, ``},
	{"the first retrier that matches decides", errorsDoc, retryingTask("retryable", `{"ErrorEquals":["RetryableError"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"MaxAttempts":9}`), ``, ``},
}

// retryingTask returns a task that fails, and a catcher that returns the error with the number of its attempt.
func retryingTask(function, retriers string) string {
	return `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"` + function + `"},"Retry":[` + retriers + `],
		"Catch":[{"ErrorEquals":["States.ALL"],"Output":{"error":"{% $states.errorOutput.Error %}","attempt":"{% $states.context.State.RetryCount %}"},"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`
}

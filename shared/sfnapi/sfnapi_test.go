package sfnapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
	"view360/shared/paging"
	"view360/shared/sfnapi"
)

const (
	machineARN         = "arn:aws:states:local:000000000000:stateMachine:fan"
	buildExecutionList = "arn:aws:states:local:000000000000:execution:fan:"
	definition         = `{"Comment":"${What}","QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Label":"Items","MaxConcurrency":1,"ToleratedFailurePercentage":50,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{"Bucket":"items","Key":"{% $states.input %}"}},
		"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Work","States":{
			"Work":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input %}"},"Output":"{% $states.result.Payload %}","End":true}}},"End":true}}}`
)

// process serves a machine whose function fails for negative numbers until it is repaired, and waits for its context at 0.
type process struct {
	*sfn.Client
	engine   *asl.Engine
	server   *httptest.Server
	repaired atomic.Bool
}

func start(t *testing.T) *process {
	t.Helper()
	p := &process{engine: &asl.Engine{Base: t.Context()}}
	p.engine.Invoke = func(ctx context.Context, _ string, payload json.RawMessage) (json.RawMessage, error) {
		switch text := string(payload); {
		case text == "0":
			<-ctx.Done()
			return nil, ctx.Err()
		case strings.HasPrefix(text, "-") && !p.repaired.Load():
			return nil, &asl.Failure{Name: "Negative", Cause: text + " <is & stays>"}
		}
		return payload, nil
	}
	p.engine.OpenItems = func(_ context.Context, _, items string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(items)), nil
	}
	m, err := asl.Parse("fan", []byte(definition), map[string]string{"What": "fans out"})
	if err != nil {
		t.Fatal(err)
	}
	p.engine.Use(m)
	p.server = httptest.NewServer(sfnapi.New(p.engine, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the page") })))
	t.Cleanup(p.server.Close)
	p.Client = sfn.New(sfn.Options{
		BaseEndpoint: &p.server.URL, Region: "local", Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
	return p
}

// run starts an execution over items and waits until it has ended.
func (p *process) run(t *testing.T, name, items string) {
	t.Helper()
	started, err := p.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: &name, Input: aws.String(strconv.Quote(items))})
	if err != nil {
		t.Fatal(err)
	}
	p.wait(t, *started.ExecutionArn)
}

func (p *process) wait(t *testing.T, arn string) *asl.Execution {
	t.Helper()
	x, known := p.engine.Lookup(arn)
	if !known {
		t.Fatalf("%s does not exist", arn)
	}
	<-x.Done()
	return x
}

func TestExecutionIsStartedAndRedriven(t *testing.T) {
	p := start(t)
	p.run(t, "run", `[1,-2,-3]`)
	arn := aws.String(buildExecutionList + "run")
	failed, err := p.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	if failed.Status != types.ExecutionStatusFailed || *failed.Error != "States.ExceedToleratedFailureThreshold" || !strings.Contains(*failed.Cause, "<is & stays>") ||
		*failed.Input != `"[1,-2,-3]"` || *failed.Name != "run" || *failed.StateMachineArn != machineARN || failed.RedriveStatus != types.ExecutionRedriveStatusRedrivable ||
		!failed.InputDetails.Included || failed.StopDate.Before(*failed.StartDate) || time.Since(*failed.StopDate) > time.Minute {
		t.Errorf("described as %+v", failed)
	}

	runs, err := p.ListMapRuns(t.Context(), &sfn.ListMapRunsInput{ExecutionArn: arn})
	if err != nil || len(runs.MapRuns) != 1 || *runs.MapRuns[0].ExecutionArn != *arn {
		t.Fatalf("map runs %+v, error %v", runs, err)
	}
	mapRun := runs.MapRuns[0].MapRunArn
	if got, want := *mapRun, "arn:aws:states:local:000000000000:mapRun:fan/Items:run-1"; got != want {
		t.Errorf("the map run is %s, want %s", got, want)
	}
	described, err := p.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: mapRun})
	if err != nil || described.Status != types.MapRunStatusFailed || described.MaxConcurrency != 1 || described.ToleratedFailurePercentage != 50 ||
		described.ItemCounts.Failed != 2 || described.ItemCounts.Succeeded != 1 || described.ExecutionCounts.Total != 3 {
		t.Errorf("the map run is described as %+v, error %v", described, err)
	}
	children, err := p.ListExecutions(t.Context(), &sfn.ListExecutionsInput{MapRunArn: mapRun, StatusFilter: types.ExecutionStatusFailed})
	if err != nil || len(children.Executions) != 2 {
		t.Fatalf("failed children %+v, error %v", children, err)
	}
	child := children.Executions[1]
	if *child.ItemCount != 1 || *child.Name != "run-1-1" || *child.MapRunArn != *mapRun || *child.StateMachineArn != machineARN+"/Items" {
		t.Errorf("the older failed child is %+v", child)
	}
	inside, err := p.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: child.ExecutionArn})
	if err != nil || *inside.Error != "Negative" || *inside.Input != "-2" || inside.RedriveStatus != types.ExecutionRedriveStatusRedrivableByMapRun {
		t.Errorf("the child is described as %+v, error %v", inside, err)
	}

	machine, err := p.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: child.ExecutionArn})
	if err != nil || *machine.Label != "Items" || *machine.MapRunArn != *mapRun || *machine.StateMachineArn != machineARN+"/Items" || *machine.Definition == "" || machine.UpdateDate == nil {
		t.Errorf("the machine of the child is %+v, error %v", machine, err)
	}
	if machine, err = p.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: arn}); err != nil || *machine.StateMachineArn != machineARN || machine.Label != nil {
		t.Errorf("the machine of the execution is %+v, error %v", machine, err)
	}

	p.repaired.Store(true)
	redriven, err := p.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	p.wait(t, *arn)
	fixed, err := p.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: arn})
	if err != nil || fixed.Status != types.ExecutionStatusSucceeded || *fixed.Output != "[1,-2,-3]" || *fixed.RedriveCount != 1 || !fixed.RedriveDate.Equal(*redriven.RedriveDate) {
		t.Errorf("redriven, it is %+v, error %v", fixed, err)
	}
	for filter, want := range map[types.ExecutionRedriveFilter]int{types.ExecutionRedriveFilterRedriven: 2, types.ExecutionRedriveFilterNotRedriven: 1, "": 3} {
		if children, err = p.ListExecutions(t.Context(), &sfn.ListExecutionsInput{MapRunArn: mapRun, RedriveFilter: filter}); err != nil || len(children.Executions) != want {
			t.Errorf("%q lists %d children, want %d; error %v", filter, len(children.Executions), want, err)
		}
	}
	if described, err = p.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: mapRun}); err != nil || *described.RedriveCount != 1 || described.ItemCounts.Succeeded != 3 {
		t.Errorf("redriven, the map run is %+v, error %v", described, err)
	}
}

func TestHistoryIsReadInPages(t *testing.T) {
	p := start(t)
	p.run(t, "run", `[7]`)
	var all []string
	pages := sfn.NewGetExecutionHistoryPaginator(p, &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String("arn:aws:states:local:000000000000:execution:fan/Items:run-1-0"), MaxResults: 2})
	for page, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Events) > 2 {
			t.Errorf("a page of %d events", len(page.Events))
		}
		for _, e := range page.Events {
			all = append(all, fmt.Sprintf("%d %d %s", e.Id, e.PreviousEventId, e.Type))
		}
	}
	want := strings.Split("1 0 ExecutionStarted,2 1 TaskStateEntered,3 2 TaskScheduled,4 3 TaskStarted,5 4 TaskSucceeded,6 5 TaskStateExited,7 6 ExecutionSucceeded", ",")
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	arn := aws.String("arn:aws:states:local:000000000000:execution:fan/Items:run-1-0")
	whole, err := p.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: arn})
	if err != nil || whole.Events[0].ExecutionStartedEventDetails.InputDetails == nil || whole.Events[4].TaskSucceededEventDetails.OutputDetails == nil {
		t.Errorf("the data are not described: %+v, error %v", whole, err)
	}
	newest, err := p.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: arn, ReverseOrder: true, MaxResults: 1})
	if err != nil || *newest.Events[0].ExecutionSucceededEventDetails.Output != "7" || newest.NextToken == nil {
		t.Errorf("the newest event is %+v, error %v", newest, err)
	}
	bare, err := p.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: arn, IncludeExecutionData: aws.Bool(false)})
	if err != nil || bare.Events[0].ExecutionStartedEventDetails.Input != nil || *bare.Events[1].StateEnteredEventDetails.Name != "Work" {
		t.Errorf("without data: %+v, error %v", bare, err)
	}
}

// A page of a history is limited in bytes too.
func TestLargeDataIsReadFromHistory(t *testing.T) {
	p := start(t)
	p.run(t, "run", `["`+strings.Repeat("x", 200_000)+`"]`)
	arn := "arn:aws:states:local:000000000000:execution:fan/Items:run-1-0"
	pages, events := 0, 0
	for more := sfn.NewGetExecutionHistoryPaginator(p, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn}); more.HasMorePages(); pages++ {
		page, err := more.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		events += len(page.Events)
	}
	if events != 7 || pages != 2 { // 1.2 MB
		t.Errorf("%d events in %d pages", events, pages)
	}
}

func TestListsHavePagesAndFilters(t *testing.T) {
	p := start(t)
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("run%d", i)
		p.run(t, name, fmt.Sprintf(`[-%d,-1]`, i%2))
		want = append(want, name)
	}
	slices.Reverse(want)
	list := func(in *sfn.ListExecutionsInput) (names []string) {
		for page, err := range paging.ReadPages(t.Context(), sfn.NewListExecutionsPaginator(p, in)) {
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Executions {
				names = append(names, *x.Name)
			}
		}
		return names
	}
	if diff := cmp.Diff(want, list(&sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), MaxResults: 2})); diff != "" {
		t.Errorf("in pages of two (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), list(&sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: types.ExecutionStatusRunning})); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	failed := list(&sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: types.ExecutionStatusFailed})
	if diff := cmp.Diff([]string{"run4", "run3", "run2", "run1", "run0"}, failed); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
	machines, err := p.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	if err != nil || len(machines.StateMachines) != 1 || *machines.StateMachines[0].StateMachineArn != machineARN || machines.StateMachines[0].Type != types.StateMachineTypeStandard {
		t.Errorf("machines %+v, error %v", machines, err)
	}
	machine, err := p.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(machineARN)})
	if err != nil || machine.Status != types.StateMachineStatusActive || !strings.Contains(*machine.Definition, `"Comment":"fans out"`) {
		t.Errorf("machine %+v, error %v", machine, err)
	}
}

func TestStoppedExecutionIsAborted(t *testing.T) {
	p := start(t)
	started, err := p.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("run"), Input: aws.String(`"[0]"`)})
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("run"), Input: aws.String(`"[0]"`)})
	if err != nil || !again.StartDate.Equal(*started.StartDate) {
		t.Errorf("starting it again with the same input: %+v, error %v", again, err)
	}
	stopped, err := p.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: started.ExecutionArn, Error: aws.String("Operator"), Cause: aws.String("enough")})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil || s.Status != types.ExecutionStatusAborted || *s.Error != "Operator" || *s.Cause != "enough" || !s.StopDate.Equal(*stopped.StopDate) {
		t.Errorf("stopped, it is %+v, error %v", s, err)
	}
}

func TestRefusalsHaveTheTypesOfTheSDK(t *testing.T) {
	p := start(t)
	p.run(t, "run", `[1]`)
	ctx := t.Context()
	for want, call := range map[string]func() error{
		"ExecutionDoesNotExist": func() error {
			_, err := p.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(buildExecutionList + "none")})
			return err
		},
		"InvalidArn": func() error {
			_, err := p.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(machineARN)})
			return err
		},
		"ExecutionNotRedrivable": func() error {
			_, err := p.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: aws.String(buildExecutionList + "run")})
			return err
		},
		"ExecutionAlreadyExists": func() error {
			_, err := p.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("run")})
			return err
		},
		"InvalidExecutionInput": func() error {
			_, err := p.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Input: aws.String("{")})
			return err
		},
		"InvalidName": func() error {
			_, err := p.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("a/b")})
			return err
		},
		"StateMachineDoesNotExist": func() error {
			_, err := p.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN + "x")})
			return err
		},
		"ResourceNotFound": func() error {
			_, err := p.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: aws.String("arn:aws:states:local:000000000000:mapRun:fan/Items:run-2")})
			return err
		},
		"InvalidToken": func() error {
			_, err := p.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), NextToken: aws.String("zzz")})
			return err
		},
		"ValidationException": func() error {
			_, err := p.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), MaxResults: 1001})
			return err
		},
		"ValidationException ": func() error {
			_, err := p.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), RedriveFilter: types.ExecutionRedriveFilterRedriven})
			return err
		},
		"UnknownOperationException": func() error {
			_, err := p.DeleteStateMachine(ctx, &sfn.DeleteStateMachineInput{StateMachineArn: aws.String(machineARN)})
			return err
		},
	} {
		err := call()
		var refused smithy.APIError
		if !errors.As(err, &refused) || refused.ErrorCode() != strings.TrimSpace(want) || refused.ErrorMessage() == "" {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	var typed *types.ExecutionDoesNotExist
	if _, err := p.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(buildExecutionList + "none")}); !errors.As(err, &typed) {
		t.Errorf("the SDK reads %v, not its own type", err)
	}
}

// A page of another site in the operator's browser can neither start nor read executions.
func TestBrowsersAreRefused(t *testing.T) {
	p := start(t)
	for name, change := range map[string]func(*http.Request){
		"a page of another site":               func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"a name that resolves to this machine": func(r *http.Request) { r.Host = "evil.example:8360" },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.server.URL, strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", "AWSStepFunctions.ListStateMachines")
		change(r)
		answer, err := p.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "AccessDeniedException") {
			t.Errorf("%s: status %d, %s", name, answer.StatusCode, body)
		}
	}
	answer, err := p.server.Client().Get(p.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); string(body) != "the page" {
		t.Errorf("what is not for the API answers %s", body)
	}
}

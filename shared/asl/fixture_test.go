package asl_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failedRun is the error of settle if snapshots are published, but not complete.
type failedRun struct{ failed []string }

func (e *failedRun) Error() string     { return strings.Join(e.failed, "; ") }
func (e *failedRun) ErrorType() string { return "View360.PartialSnapshot" }

// fanout has the functions of testdata/fanout.asl.json.
type fanout struct {
	*lab
	mu       sync.Mutex
	broken   map[string]int // by "account region service": how many more times it fails, -1 always
	outcomes map[string]string
}

func newFanout(plan string) *fanout {
	f := &fanout{lab: newLab(), broken: map[string]int{}, outcomes: map[string]string{}}
	f.objects["staging/plan"] = plan
	f.functions["plan"] = func(json.RawMessage) (any, error) {
		return map[string]any{"bucket": "staging", "key": "plan", "concurrency": 2}, nil
	}
	f.functions["collect"] = f.collect
	f.functions["merge"] = f.merge
	f.functions["settle"] = f.settle
	return f
}

func (f *fanout) collect(payload json.RawMessage) (any, error) {
	var request struct{ Account, Region, Service string }
	if err := json.Unmarshal(payload, &request); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := request.Account + " " + request.Region + " " + request.Service
	if left := f.broken[key]; left != 0 {
		f.broken[key]--
		return nil, &RetryableError{fmt.Errorf("%s is throttled", key)}
	}
	return 3, nil
}

func (f *fanout) merge(payload json.RawMessage) (any, error) {
	var input struct {
		Region  string
		Results []struct {
			Service, Error string
			Items          int
		}
	}
	if err := json.Unmarshal(payload, &input); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range input.Results {
		f.outcomes[input.Region+" "+r.Service] = fmt.Sprintf("%d%s", r.Items, r.Error)
	}
	return map[string]any{}, nil
}

// settle fails if anything failed; right after a redrive it returns a plan of only what failed.
func (f *fanout) settle(payload json.RawMessage) (any, error) {
	var input struct {
		Plan               map[string]any
		Redrives, Redriven int
	}
	if err := json.Unmarshal(payload, &input); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var failed []string
	for key, outcome := range f.outcomes {
		if strings.HasPrefix(outcome, "0") {
			failed = append(failed, key)
		}
	}
	slices.Sort(failed)
	if len(failed) == 0 {
		return map[string]any{"status": "clean"}, nil
	}
	if input.Redriven == input.Redrives {
		return nil, &failedRun{failed}
	}
	var rest []map[string]any
	for _, key := range failed {
		region, service, _ := strings.Cut(key, " ")
		rest = append(rest, map[string]any{"account": "a", "regions": []string{region}, "services": []string{service}})
	}
	plan, err := json.Marshal(rest)
	f.objects["staging/rest"] = string(plan)
	input.Plan["key"] = "rest"
	return map[string]any{"status": "again", "plan": input.Plan}, err
}

// As in the collect machine: a failed service does not stop the others, the run fails after everything is published, and
// each redrive collects only what is still missing.
func TestFailedServiceStopsNothing(t *testing.T) {
	f := newFanout(`[{"account":"a","regions":["eu","us"],"services":["kms","iam","waf"]}]`)
	f.broken["a eu kms"] = 1  // one retry
	f.broken["a us iam"] = -1 // always
	f.broken["a us waf"] = 4  // the first run and one attempt
	x := f.Run(t.Context(), fixture(t, "fanout"), "run", []byte(`{}`))
	if got, want := showEnd(x), `FAILED View360.PartialSnapshot {"errorMessage":"us iam; us waf","errorType":"View360.PartialSnapshot"}`; got != want {
		t.Fatalf("ended with %s, want %s", got, want)
	}
	if got, want := len(listCollected(f.takeCalls())), 6+1+2+2; got != want {
		t.Errorf("%d calls of collect, want %d", got, want)
	}
	for _, wait := range f.waits {
		if !slices.Contains(seconds(2.5, 4), wait) { // half of 5, and of 8 at most
			t.Errorf("waited %v", wait)
		}
	}

	if err := f.Redrive(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if got, want := showEnd(x), `FAILED View360.PartialSnapshot {"errorMessage":"us iam","errorType":"View360.PartialSnapshot"}`; got != want {
		t.Errorf("redriven, it ended with %s, want %s", got, want)
	}
	want := []string{"us iam", "us iam", "us iam", "us waf", "us waf"}
	if diff := cmp.Diff(want, listCollected(f.takeCalls())); diff != "" {
		t.Errorf("what the redrive collected (-want +got):\n%s", diff)
	}

	f.broken["a us iam"] = 0
	if err := f.Redrive(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	if got, want := showEnd(x), `"clean"`; got != want {
		t.Errorf("redriven twice, it ended with %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"us iam"}, listCollected(f.takeCalls())); diff != "" {
		t.Errorf("what the second redrive collected (-want +got):\n%s", diff)
	}
	var redrives []int // counts in the events
	for _, event := range x.History() {
		if event.Type == "ExecutionRedriven" {
			redrives = append(redrives, *event.Details.RedriveCount)
		}
	}
	if diff := cmp.Diff([]int{1, 2}, redrives); diff != "" {
		t.Errorf("redrive counts of the events (-want +got):\n%s", diff)
	}
	var runs []string
	for _, run := range x.MapRuns() {
		runs = append(runs, fmt.Sprintf("%s %s %d", run.ARN, run.Status, len(run.Children)))
	}
	wantRuns := []string{
		"arn:aws:states:local:000000000000:mapRun:fanout/Snapshots:run-1 SUCCEEDED 1",
		"arn:aws:states:local:000000000000:mapRun:fanout/Snapshots:run-2 SUCCEEDED 2",
		"arn:aws:states:local:000000000000:mapRun:fanout/Snapshots:run-3 SUCCEEDED 1",
	}
	if diff := cmp.Diff(wantRuns, runs); diff != "" {
		t.Errorf("map runs (-want +got):\n%s", diff)
	}
	child, known := f.Lookup("arn:aws:states:local:000000000000:execution:fanout/Snapshots:run-2-1")
	if !known || string(child.Input) != `{"account":"a","regions":["us"],"services":["waf"]}` || child.Parent != x.ARN {
		t.Errorf("the second child of the second map run is %+v", child)
	}
}

// listCollected returns the regions and services of the calls of collect, sorted.
func listCollected(calls []string) []string {
	var keys []string
	for _, call := range calls {
		payload, isCollect := strings.CutPrefix(call, "collect ")
		var request struct{ Region, Service string }
		if isCollect && json.Unmarshal([]byte(payload), &request) == nil {
			keys = append(keys, request.Region+" "+request.Service)
		}
	}
	slices.Sort(keys)
	return keys
}

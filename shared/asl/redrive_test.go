package asl_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

const redriveDoc = "https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"

// repairable adds a function that fails for these payloads until it is repaired.
func (l *lab) repairable(name string, broken ...string) (repair func()) {
	l.functions[name] = func(payload json.RawMessage) (any, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if slices.Contains(broken, string(payload)) {
			return nil, &TerminalError{errors.New("broken")}
		}
		return payload, nil
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		broken = nil
	}
}

const worker = `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.input %}"},"Output":"{% $states.result.Payload %}",`

func TestRedriveRepeatsOnlyWhatFailed(t *testing.T) {
	for name, c := range map[string]struct {
		states, input string
		broken        []string
		before, after []string // calls
		want          string
		events        string // after ExecutionRedriven
	}{
		"the state that failed, not those before": {
			states: `"A":` + worker + `"Assign":{"v":"{% $states.result.Payload.n %}"},"Next":"B"},"B":{"Type":"Pass","Output":{"m":"{% $v %}"},"Next":"C"},"C":` + worker + `"Next":"D"},"D":{"Type":"Pass","Output":"{% [$v, $states.context.Execution.RedriveCount] %}","End":true}`,
			input:  `{"n":1}`, broken: []string{`{"m":1}`},
			before: []string{`f {"n":1}`, `f {"m":1}`}, after: []string{`f {"m":1}`}, want: `[1,1]`,
			events: "TaskScheduled TaskStarted TaskSucceeded TaskStateExited PassStateEntered PassStateExited ExecutionSucceeded",
		},
		"iterations of an inline map that failed or had not started": {
			states: `"M":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"A","States":{"A":` + worker + `"End":true}}},"End":true}`,
			input:  `[1,2,3]`, broken: []string{`2`},
			before: []string{`f 1`, `f 2`}, after: []string{`f 2`, `f 3`}, want: `[1,2,3]`,
			events: "TaskScheduled TaskStarted TaskSucceeded TaskStateExited MapIterationSucceeded MapIterationStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited MapIterationSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded",
		},
		"children of a distributed map that failed or had not started": {
			states: `"M":{"Type":"Map",` + items(`[1,2,3]`) + `"MaxConcurrency":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":` + worker + `"End":true}}},"End":true}`,
			input:  `[1,2,3]`, broken: []string{`2`},
			before: []string{`f 1`, `f 2`}, after: []string{`f 2`, `f 3`}, want: `[1,2,3]`,
			events: "MapRunRedriven MapRunSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded",
		},
		"a map that was too large, from its start": {
			states: `"M":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"A","States":{"A":` + strings.Replace(worker, `"FunctionName":"f"`, `"FunctionName":"grown"`, 1) + `"End":true}}},"Output":"{% $count($states.result) %}","End":true}`,
			input:  `[1,2]`, broken: []string{`grown`},
			before: []string{`grown 1`, `grown 2`}, after: []string{`grown 1`, `grown 2`}, want: `2`,
			events: "MapStateStarted MapIterationStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited MapIterationSucceeded MapIterationStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited MapIterationSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded",
		},
		"a Fail state fails again": {
			states: `"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Fail","Error":"Mine"}`,
			input:  `{}`, want: `FAILED Mine`,
			events: "FailStateEntered ExecutionFailed",
		},
		"the failed child of a child": {
			states: `"M":{"Type":"Map",` + items(`[1,2]`) + `"MaxConcurrency":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"N","States":{
				"N":{"Type":"Map",` + items(`["a","b"]`) + `"ItemSelector":"{% $states.context.Map.Item.Value & $states.input %}","MaxConcurrency":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":` + worker + `"End":true}}},"End":true}}},"End":true}`,
			input: `{}`, broken: []string{`"b1"`},
			before: []string{`f "a1"`, `f "b1"`}, after: []string{`f "b1"`, `f "a2"`, `f "b2"`}, want: `[["a1","b1"],["a2","b2"]]`,
			events: "MapRunRedriven MapRunSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab()
			repair := l.repairable("f", c.broken...)
			l.functions["grown"] = func(payload json.RawMessage) (any, error) { // too large together, until repaired
				l.mu.Lock()
				defer l.mu.Unlock()
				if slices.Contains(c.broken, "grown") {
					return strings.Repeat("x", 150_000), nil
				}
				return payload, nil
			}
			start := "M"
			if strings.HasPrefix(c.states, `"A"`) {
				start = "A"
			}
			x := l.run(t, machine(start, c.states), c.input)
			if got := x.Describe().Status; got != asl.Failed {
				t.Fatalf("it ended with %s, want a failure", showEnd(x))
			}
			if diff := cmp.Diff(c.before, l.takeCalls()); diff != "" {
				t.Errorf("calls before (-want +got):\n%s", diff)
			}
			again := len(x.History())
			repair()
			c.broken = nil
			if err := l.Redrive(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			if got := showEnd(x); got != c.want {
				t.Errorf("redriven, it ended with %s, want %s; see %s", got, c.want, redriveDoc)
			}
			if diff := cmp.Diff(c.after, l.takeCalls()); diff != "" {
				t.Errorf("calls after (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{"ExecutionRedriven"}, strings.Fields(c.events)...), eventTypes(x)[again:]); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if got := x.Describe().RedriveCount; got != 1 {
				t.Errorf("redrive count %d, want 1", got)
			}
		})
	}
}

func TestRedriveIsRefusedWithItsReason(t *testing.T) {
	l := newLab()
	now := time.Date(2026, 3, 11, 2, 0, 0, 0, time.UTC)
	l.Now = func() time.Time { return now }
	success := l.run(t, machine("A", `"A":{"Type":"Succeed"}`), `{}`)
	old := l.Run(t.Context(), parse(t, machine("A", `"A":{"Type":"Fail"}`)), "old", []byte(`{}`))
	now = now.Add(14 * 24 * time.Hour)
	if status, reason := old.RedriveStatus(); status != "REDRIVABLE" {
		t.Errorf("after 14 days it is %s: %s", status, reason)
	}
	now = now.Add(time.Second)
	for x, want := range map[*asl.Execution]string{success: "Execution is SUCCEEDED", old: "redrivable period of 14 days"} {
		if err := l.Redrive(t.Context(), x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("redriving %s: got error %v, want one with %s", x.Name, err, want)
		}
	}
	child, known := l.Lookup("arn:aws:states:local:000000000000:execution:test/M:parent-1-0")
	if known {
		t.Fatalf("child %s exists before its parent", child.ARN)
	}
	l.Run(t.Context(), parse(t, machine("M", `"M":{"Type":"Map",`+items(`[1]`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Fail"}}},"End":true}`)), "parent", []byte(`{}`))
	if child, known = l.Lookup("arn:aws:states:local:000000000000:execution:test/M:parent-1-0"); !known {
		t.Fatal("the child is not known")
	}
	if err := l.Redrive(t.Context(), child); err == nil || !strings.Contains(err.Error(), "redrive its parent") {
		t.Errorf("redriving a child: got error %v", err)
	}
	// Its Fail state fails again.
	parent, _ := l.Lookup("arn:aws:states:local:000000000000:execution:test:parent")

	if err := l.Redrive(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	if got := showEnd(parent); !strings.Contains(got, "1 of 1 children of state M failed") {
		t.Errorf("redriven, the parent ended with %s", got)
	}
	if status, _ := child.RedriveStatus(); status != "REDRIVABLE_BY_MAP_RUN" {
		t.Errorf("the child is %s, want REDRIVABLE_BY_MAP_RUN", status)
	}
}

// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
func TestChildAtTheEventLimitStaysFailed(t *testing.T) {
	l := newLab()
	x := l.run(t, machine("M", `"M":{"Type":"Map",`+items(`[1]`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{
		"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"A"}],"Default":"A"}}},"End":true}`), `{}`)
	if err := l.Redrive(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	want := "FAILED States.ExceedToleratedFailureThreshold The specified tolerated failure threshold was exceeded: 1 of 1 children of state M failed, first with States.Runtime: child"
	if got := showEnd(x); !strings.HasPrefix(got, want) || !strings.Contains(got, "event history limit exceeded") {
		t.Errorf("redriven, it ended with %s, want %s…", got, want)
	}
}

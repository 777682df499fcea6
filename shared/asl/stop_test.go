package asl_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

// newSlowEngine returns an engine whose function takes a minute by the clock of the test's bubble.
func newSlowEngine() *asl.Engine {
	e := &newLab().Engine
	e.Sleep = nil
	e.Invoke = func(ctx context.Context, _ string, _ json.RawMessage) (json.RawMessage, error) {
		select {
		case <-time.After(time.Minute):
			return json.RawMessage("1"), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return e
}

const task = `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},`

// https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html: TimeoutSeconds of the machine.
func TestTimedOutExecutionIsRedriven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSlowEngine()
		definition := strings.Replace(machine("A", `"A":{`+task+`"Next":"B"},"B":{`+task+`"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"}],"End":true}`), `{`, `{"TimeoutSeconds":100,`, 1)
		x := e.Run(t.Context(), parse(t, definition), "run", []byte(`{}`))
		if got := x.Describe(); got.Status != asl.TimedOut || got.Error != "States.Timeout" || got.Stopped.Sub(got.Started) != 100*time.Second {
			t.Errorf("ended with %+v, want a timeout after 100 s that nothing catches", got)
		}
		if got := eventTypes(x); got[len(got)-1] != "ExecutionTimedOut" {
			t.Errorf("the last event is %s, want ExecutionTimedOut", got[len(got)-1])
		}
		// The redrive has 100 seconds of its own, and does not call the first function again.
		if err := e.Redrive(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		if got := x.Describe(); got.Status != asl.Succeeded || got.Stopped.Sub(got.Redriven) != time.Minute {
			t.Errorf("redriven, it ended with %+v", got)
		}
	})
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func TestStoppedExecutionIsAborted(t *testing.T) {
	nested := `"M":{"Type":"Map",` + items(`[1]`) + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"N","States":{
		"N":{"Type":"Map","Items":"{% [1] %}","ItemProcessor":{"StartAt":"A","States":{"A":{` + task + `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}}},"End":true}}},"End":true}`
	synctest.Test(t, func(t *testing.T) {
		e := newSlowEngine()
		x, err := e.Start(t.Context(), parse(t, machine("M", nested)), "run", []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := x.Describe().Status; got != asl.Running {
			t.Fatalf("it is %s after 10 s", got)
		}
		x.Stop("Operator", "enough")
		<-x.Done()
		if got, want := showEnd(x), "ABORTED Operator enough"; got != want {
			t.Errorf("ended with %s, want %s", got, want)
		}
		if got := x.Describe(); got.Stopped.Sub(got.Started) != 10*time.Second {
			t.Errorf("it took %v to stop", got.Stopped.Sub(got.Started)-10*time.Second)
		}
		want := strings.Fields("ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunAborted MapStateAborted ExecutionAborted")
		if diff := cmp.Diff(want, eventTypes(x)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		child, _ := e.Lookup(x.MapRuns()[0].Children[0].ARN)
		want = strings.Fields("ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted TaskStateEntered TaskScheduled TaskStarted TaskStateAborted MapIterationAborted MapStateAborted ExecutionAborted")
		if diff := cmp.Diff(want, eventTypes(child)); diff != "" {
			t.Errorf("events of the child (-want +got):\n%s", diff)
		}
		if err := e.Redrive(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		if got := x.Describe(); got.Status != asl.Succeeded {
			t.Errorf("redriven, it ended with %s", showEnd(x))
		}
	})
}

func TestCanceledContextAbortsTheExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		x := newSlowEngine().Run(ctx, parse(t, machine("A", `"A":{`+task+`"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`)), "run", []byte(`{}`))
		if got := x.Describe(); got.Status != asl.Aborted || got.Stopped.Sub(got.Started) != time.Second {
			t.Errorf("ended with %+v, want it aborted after 1 s", got)
		}
	})
}

// An execution outlives the request that starts it, but not the process.
func TestExecutionOutlivesTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newSlowEngine()
		base, end := context.WithCancel(t.Context())
		e.Base = base
		request, over := context.WithCancel(t.Context())
		m := parse(t, machine("A", `"A":{`+task+`"End":true}`))
		x, err := e.Start(request, m, "run", []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		over()
		synctest.Wait()
		if got := x.Describe().Status; got != asl.Running {
			t.Fatalf("after the request it is %s", got)
		}
		end()
		<-x.Done()
		if got := x.Describe().Status; got != asl.Aborted {
			t.Errorf("after the process it is %s", got)
		}
	})
}

func TestStartRefusesInvalidInput(t *testing.T) {
	l := newLab()
	m := parse(t, machine("A", `"A":{"Type":"Succeed"}`))
	l.Run(t.Context(), m, "taken", []byte(`{}`))
	for _, c := range []struct {
		want  string
		start [2]string
	}{
		{"ExecutionAlreadyExists", [2]string{"taken", `{}`}},
		{"does not have 1 to 80", [2]string{strings.Repeat("n", 81), `{}`}},
		{"InvalidName", [2]string{"a/b", `{}`}},
		{"InvalidName", [2]string{"a\x1b[2Jb", `{}`}},
		{"InvalidName", [2]string{"a\u0085b", `{}`}},
		{"InvalidName", [2]string{"a\xffb", `{}`}},
		{"InvalidExecutionInput", [2]string{"new", `{`}},
	} {
		want, start := c.want, c.start
		if _, err := l.Start(t.Context(), m, start[0], []byte(start[1])); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("starting %.10s with %s: got error %v, want %s", start[0], start[1], err, want)
		}
		if x := l.Run(t.Context(), m, start[0], []byte(start[1])); x.Describe().Status != asl.Failed || !strings.Contains(x.Describe().Cause, want) {
			t.Errorf("running %.10s with %s ended with %s, want %s", start[0], start[1], showEnd(x), want)
		}
	}
}

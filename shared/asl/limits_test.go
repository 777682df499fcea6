package asl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
func TestPayloadAboveTheLimitFails(t *testing.T) {
	fits, over := strings.Repeat("x", 262_144-2), strings.Repeat("x", 262_144-1) // and two quotes
	grow := `"{% $states.input & 'x' %}"`
	for name, c := range map[string]struct{ states, what string }{
		"output":              {`"A":{"Type":"Pass","Output":` + grow + `,"End":true}`, "the output of state A"},
		"output of a catcher": {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"terminal"},"Catch":[{"ErrorEquals":["States.ALL"],"Output":` + grow + `,"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, "the output of state A"},
		"arguments":           {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"echo","Payload":"{% $states.input %}"},"End":true}`, "the arguments of state A"},
		"result":              {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"large"},"End":true}`, "the result of state A"},
		"variables":           {`"A":{"Type":"Pass","Assign":{"a":"{% $states.input %}","b":1},"End":true}`, "the Assign of state A"},
		"input of iterations": {`"A":{"Type":"Map","Items":"{% [1] %}","ItemSelector":` + grow + `,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Output":1,"End":true}}},"End":true}`, "the input of an iteration of state A"},
		"result of a map":     {`"A":{"Type":"Map","Items":"{% [1] %}","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $states.context.Execution.Input %}","End":true}}},"End":true}`, "the result of state A"},
		"result of children":  {`"A":{"Type":"Map",` + items(`[1,2]`) + `"ItemSelector":"{% $states.input %}","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, "the result of state A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newLab().run(t, machine("A", c.states), `"`+fits+`"`)
			if got, want := showEnd(x), "FAILED States.DataLimitExceeded "+c.what+" has "; !strings.HasPrefix(got, want) {
				t.Errorf("ended with %.150s, want %s…", got, want)
			}
		})
	}
	t.Run("at the limit", func(t *testing.T) {
		x := newLab().run(t, machine("A", `"A":{"Type":"Pass","Assign":{"v":"{% $states.input %}"},"Next":"B"},"B":{"Type":"Pass","Output":"{% $v %}","End":true}`), `"`+fits+`"`)
		if got := len(showEnd(x)); got != 262_144 {
			t.Errorf("the output has %d bytes, want 262144", got)
		}
	})
	t.Run("input of an execution", func(t *testing.T) {
		m := parse(t, machine("A", `"A":{"Type":"Succeed"}`))
		if _, err := newLab().Start(t.Context(), m, "run", json.RawMessage(`"`+over+`"`)); err == nil || !strings.Contains(err.Error(), "InvalidExecutionInput") {
			t.Errorf("got error %v, want InvalidExecutionInput", err)
		}
	})
}

func TestVariablesAboveTheLimitFail(t *testing.T) {
	var states []string
	for i := range 43 {
		states = append(states, fmt.Sprintf(`"S%d":{"Type":"Pass","Assign":{"v%d":"{%% $states.input %%}"},"Next":"S%d"}`, i, i, i+1))
	}
	states = append(states, `"S43":{"Type":"Succeed"}`)
	x := newLab().run(t, machine("S0", strings.Join(states, ",")), `"`+strings.Repeat("x", 250_000)+`"`)
	if got, want := showEnd(x), "FAILED States.DataLimitExceeded the variables have "; !strings.HasPrefix(got, want) {
		t.Errorf("ended with %.100s, want %s…", got, want)
	}
}

// An execution in an endless loop fails at 25,000 events.
func TestExecutionEndsAtTheEventLimit(t *testing.T) {
	x := newLab().run(t, machine("A", `"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"A"}],"Default":"A"}`), `{}`)
	history := x.History()
	if got := len(history); got != 25_000 || history[got-1].Type != "ExecutionFailed" {
		t.Errorf("%d events, the last %s, want 25000 and ExecutionFailed", got, history[got-1].Type)
	}
	if got, want := showEnd(x), "FAILED States.Runtime The execution reached the maximum number of history events (25000)."; got != want {
		t.Errorf("ended with %s, want %s", got, want)
	}
	if status, reason := x.RedriveStatus(); status != "NOT_REDRIVABLE" || !strings.Contains(reason, "event history") {
		t.Errorf("it is %s: %s", status, reason)
	}
}

// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html: no more than 40 iterations at a time;
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html: MaxConcurrency.
func TestMapsRunIterationsConcurrently(t *testing.T) {
	for name, c := range map[string]struct {
		rest string
		want int
	}{
		"inline without a limit":      {``, 40},
		"inline with more":            {`"MaxConcurrency":50,`, 40},
		"inline with less":            {`"MaxConcurrency":"{% 1 + 2 %}",`, 3},
		"distributed without a limit": {`distributed`, 100},
		"distributed with less":       {`"MaxConcurrency":7,distributed`, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab()
			var arrived sync.WaitGroup // the first calls wait for each other, as many as may run at once
			arrived.Add(c.want)
			var mu sync.Mutex
			calls, running, most := 0, 0, 0
			l.Invoke = func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
				mu.Lock()
				calls++
				running++
				most = max(most, running)
				first := calls <= c.want
				mu.Unlock()
				if first {
					arrived.Done()
					arrived.Wait()
				}
				mu.Lock()
				running--
				mu.Unlock()
				return json.RawMessage("1"), nil
			}
			rest, isDistributed := strings.CutSuffix(c.rest, "distributed")
			source, config := `"Items":"{% [1..100] %}",`, ""
			if isDistributed {
				source = items("[1" + strings.Repeat(",1", 99) + "]")
				config = `"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},`
			}
			x := l.run(t, machine("M", `"M":{"Type":"Map",`+rest+source+`"ItemProcessor":{`+config+`"StartAt":"A","States":{"A":`+worker+`"End":true}}},"Output":"{% $count($states.result) %}","End":true}`), `{}`)
			if got := showEnd(x); got != "100" || most != c.want {
				t.Errorf("ended with %s, with %d at the same time, want %d", got, most, c.want)
			}
		})
	}
}

package asl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

// The order of events. Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html and
// the histories shown in https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
func TestHistoryKeepsTheOrderOfEvents(t *testing.T) {
	for name, c := range map[string]struct{ states, input, want string }{
		"task": {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"echo"},"End":true}`, `{}`,
			"ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited ExecutionSucceeded"},
		"task retried and caught": {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"terminal"},"Retry":[{"ErrorEquals":["TerminalError"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, `{}`,
			"ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskFailed TaskScheduled TaskStarted TaskFailed TaskStateExited SucceedStateEntered SucceedStateExited ExecutionSucceeded"},
		"task that failed": {`"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"terminal"},"End":true}`, `{}`,
			"ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskFailed ExecutionFailed"},
		"pass, choice, succeed": {`"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"A"}],"Default":"C"},"C":{"Type":"Succeed"}`, `{}`,
			"ExecutionStarted PassStateEntered PassStateExited ChoiceStateEntered ChoiceStateExited SucceedStateEntered SucceedStateExited ExecutionSucceeded"},
		"fail": {`"A":{"Type":"Fail"}`, `{}`, "ExecutionStarted FailStateEntered ExecutionFailed"},
		"evaluation that failed": {`"A":{"Type":"Pass","Output":"{% $x %}","End":true}`, `{}`,
			"ExecutionStarted PassStateEntered EvaluationFailed ExecutionFailed"},
		"inline map": {`"A":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `[1,2]`,
			"ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted SucceedStateEntered SucceedStateExited MapIterationSucceeded MapIterationStarted SucceedStateEntered SucceedStateExited MapIterationSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded"},
		"inline map that failed": {`"A":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Fail"}}},"End":true}`, `[1,2]`,
			"ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted FailStateEntered MapIterationFailed MapStateFailed ExecutionFailed"},
		"evaluation in an iteration": {`"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed","Output":"{% $x %}"}}},"End":true}`, `[1]`,
			"ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted SucceedStateEntered EvaluationFailed MapIterationFailed MapStateFailed ExecutionFailed"},
		"items that are not an array": {`"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `1`,
			"ExecutionStarted MapStateEntered EvaluationFailed ExecutionFailed"},
		"distributed map": {`"A":{"Type":"Map",` + items(`[1,2]`) + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `[1,2]`,
			"ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded MapStateSucceeded MapStateExited ExecutionSucceeded"},
		"item reader that failed": {`"A":{"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{"Bucket":"b","Key":"k"}},"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `1`,
			"ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed MapStateFailed ExecutionFailed"},
		"distributed map that failed": {`"A":{"Type":"Map",` + items(`[1]`) + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Fail"}}},"End":true}`, `[1]`,
			"ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed MapStateFailed ExecutionFailed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newLab().run(t, machine("A", c.states), c.input)
			if diff := cmp.Diff(strings.Fields(c.want), eventTypes(x)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			for i, event := range x.History() {
				if event.ID != int64(i+1) || event.PreviousID >= event.ID {
					t.Errorf("event %d has id %d and previous id %d", i, event.ID, event.PreviousID)
				}
			}
		})
	}
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func TestEventsHaveTheFormOfTheAPI(t *testing.T) {
	l := newLab()
	x := l.run(t, machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"echo","Payload":{"b":"<"}},"Assign":{"v":{"c":1}},"Output":2,"End":true}`), `{"a":1}`)
	want := []string{
		`{"executionStartedEventDetails":{"input":"{\"a\":1}","roleArn":"arn:aws:iam::000000000000:role/local"},"id":1,"previousEventId":0,"timestamp":T,"type":"ExecutionStarted"}`,
		`{"id":2,"previousEventId":1,"stateEnteredEventDetails":{"name":"A","input":"{\"a\":1}"},"timestamp":T,"type":"TaskStateEntered"}`,
		`{"id":3,"previousEventId":2,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"local","parameters":"{\"FunctionName\":\"echo\",\"Payload\":{\"b\":\"<\"}}"},"timestamp":T,"type":"TaskScheduled"}`,
		`{"id":4,"previousEventId":3,"taskStartedEventDetails":{"resourceType":"lambda","resource":"invoke"},"timestamp":T,"type":"TaskStarted"}`,
		`{"id":5,"previousEventId":4,"taskSucceededEventDetails":{"output":"{\"ExecutedVersion\":\"$LATEST\",\"Payload\":{\"b\":\"<\"},\"StatusCode\":200}","resourceType":"lambda","resource":"invoke"},"timestamp":T,"type":"TaskSucceeded"}`,
		`{"id":6,"previousEventId":5,"stateExitedEventDetails":{"name":"A","output":"2","assignedVariables":{"v":"{\"c\":1}"}},"timestamp":T,"type":"TaskStateExited"}`,
		`{"executionSucceededEventDetails":{"output":"2"},"id":7,"previousEventId":6,"timestamp":T,"type":"ExecutionSucceeded"}`,
	}
	for i, event := range x.History() {
		event.Time = event.Time.UTC().Truncate(0)
		text, err := event.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		if got := strings.Replace(string(text), string(members["timestamp"]), "T", 1); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
		var back asl.Event
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := back.MarshalJSON(); string(again) != string(text) {
			t.Errorf("read back as %s, want %s", again, text)
		}
	}
}

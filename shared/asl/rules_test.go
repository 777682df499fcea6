package asl_test

import (
	"cmp"
	"maps"
	"strings"
	"testing"

	"view360/shared/asl"
)

// Pages of the documentation that the rules below come from.
const (
	dg        = "https://docs.aws.amazon.com/step-functions/latest/dg/"
	errorsDoc = dg + "concepts-error-handling.html"
	dataDoc   = dg + "transforming-data.html"
	varsDoc   = dg + "workflow-variables.html"
	contexts  = dg + "input-output-contextobject.html"
	choiceDoc = dg + "state-choice.html"
	mapDoc    = dg + "state-map.html"
	inlineDoc = dg + "state-map-inline.html"
	distDoc   = dg + "state-map-distributed.html"
	readerDoc = dg + "input-output-itemreader.html"
	lambdaDoc = dg + "connect-lambda.html"
	quotas    = dg + "service-quotas.html"
)

// rule is one rule of the language: a machine, its input, and its result.
type rule struct {
	name, source string
	states       string // the first one, A, starts
	input        string // {} when empty
	want         string // as showEnd returns it, or a prefix that ends with …
}

// rules returns the rules that the machines depend on.
func rules() []rule {
	invoke := func(function, rest string) string {
		return `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"` + function + `","Payload":"{% $states.input %}"},` + rest + `}`
	}
	distributed := func(rest, states string) string {
		return `"A":{"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{"Bucket":"b","Key":"{% $states.input.key %}"}},` +
			rest + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{` + states + `}},"End":true}`
	}
	odd := `"B":{"Type":"Choice","Choices":[{"Condition":"{% $states.input % 2 = 1 %}","Next":"C"}],"Default":"D"},"C":{"Type":"Succeed"},"D":{"Type":"Fail","Error":"Even","Cause":"it is"}`
	return []rule{
		{"pass hands its input on", dg + "state-pass.html",
			`"A":{"Type":"Pass","End":true}`, `{"a":[],"b":null,"c":12345678901234567,"d":"<&>"}`, `{"a":[],"b":null,"c":12345678901234567,"d":"<&>"}`},
		{"pass shapes its output", dataDoc,
			`"A":{"Type":"Pass","Output":{"n":"{% $states.input.n + 1 %}","list":[1,"{% $states.input.n %}"],"text":"as is"},"End":true}`, `{"n":2}`, `{"list":[1,2],"n":3,"text":"as is"}`},
		{"succeed shapes its output", dg + "state-succeed.html", `"A":{"Type":"Succeed","Output":"{% $states.input.a %}"}`, `{"a":1}`, `1`},
		{"fail takes expressions", dg + "state-fail.html",
			`"A":{"Type":"Fail","Error":"View360.Partial","Cause":"{% $join($states.input.failed, '; ') %}"}`, `{"failed":["a","b"]}`, `FAILED View360.Partial a; b`},
		{"fail needs neither error nor cause", dg + "state-fail.html", `"A":{"Type":"Fail"}`, ``, `FAILED`},

		{"an empty array stays one in a plain path", dataDoc, `"A":{"Type":"Pass","Output":"{% $states.input.a %}","End":true}`, `{"a":[]}`, `[]`},
		{"null is not missing", "https://docs.jsonata.org/processing", `"A":{"Type":"Pass","Output":"{% {'is': [$states.input.n], 'n': $states.input.n} %}","End":true}`, `{"n":null}`, `{"is":[null],"n":null}`},
		{"$merge keeps null", "https://docs.jsonata.org/object-functions#merge", `"A":{"Type":"Pass","Output":"{% $merge([$states.input, {'b': 2}]) %}","End":true}`, `{"a":null}`, `{"a":null,"b":2}`},
		{"a path goes through arrays", "https://docs.jsonata.org/simple", `"A":{"Type":"Pass","Output":"{% $states.input.a.b %}","End":true}`, `{"a":[{"b":1},{"b":2}]}`, `[1,2]`},
		{"whole numbers have no fraction", "https://docs.jsonata.org/numeric-operators", `"A":{"Type":"Pass","Output":"{% $count($states.input) * 3 / 1.5 %}","End":true}`, `[1,2]`, `4`},
		{"undefined is an error", dataDoc, `"A":{"Type":"Pass","Output":"{% $states.input.x %}","End":true}`, ``, `FAILED States.QueryEvaluationError The JSONata expression '{% $states.input.x %}' specified for the field 'Output' could not be evaluated: it returned nothing (undefined)`},
		{"a member of null is undefined", dataDoc, `"A":{"Type":"Pass","Output":"{% $states.input.x.y %}","End":true}`, `{"x":null}`, `FAILED States.QueryEvaluationError …`},
		{"a variable that is not assigned is undefined", varsDoc, `"A":{"Type":"Pass","Output":"{% $x %}","End":true}`, ``, `FAILED States.QueryEvaluationError …`},
		{"infinity is not a value", dataDoc, `"A":{"Type":"Pass","Output":"{% {'a': 1/0} %}","End":true}`, ``, `FAILED States.…`},
		{"numbers of every size", "https://www.rfc-editor.org/rfc/rfc8259#section-6", `"A":{"Type":"Pass","Output":["{% $states.input[0] / 10000000 %}","{% $states.input[0] * 1e21 %}",-0.5,0],"End":true}`, `[1]`, `[1e-07,1e+21,-0.5,0]`},
		{"an assign that cannot be evaluated", varsDoc, `"A":{"Type":"Pass","Assign":{"x":"{% $y %}"},"End":true}`, ``, `FAILED States.QueryEvaluationError The JSONata expression '{% $y %}' specified for the field 'Assign.x' …`},
		{"fail with an error that is not text", dg + "state-fail.html", `"A":{"Type":"Fail","Error":"{% 5 %}"}`, ``, `FAILED States.QueryEvaluationError Error is 5, not a string`},

		{"iterations evaluate concurrently", "https://docs.jsonata.org/array-functions#append", `"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $count($append($states.input, [1])) & $join([$states.input, 'x']) %}","End":true}}},"End":true}`, `["a","bb","ccc","dddd","a","bb","ccc","dddd"]`, `["2ax","2bbx","2cccx","2ddddx","2ax","2bbx","2cccx","2ddddx"]`},

		{"assign is for the states that follow", varsDoc,
			`"A":{"Type":"Pass","Assign":{"x":1},"Next":"B"},"B":{"Type":"Pass","Assign":{"x":"{% $x + 1 %}","y":"{% $x %}"},"Output":"{% $x %}","Next":"C"},"C":{"Type":"Succeed","Output":"{% [$states.input, $x, $y] %}"}`, ``, `[1,2,1]`},
		{"iterations read outer variables", varsDoc,
			`"A":{"Type":"Pass","Assign":{"x":5},"Next":"M"},"M":{"Type":"Map","Items":"{% [1,2] %}","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"y":"{% $x + $states.input %}"},"Next":"C"},"C":{"Type":"Pass","Output":"{% $y %}","End":true}}},"End":true}`, ``, `[6,7]`},
		{"children of a distributed map do not read outer variables", varsDoc,
			`"A":{"Type":"Pass","Assign":{"x":5},"Next":"M"},"M":{"Type":"Map",` + items(`[1]`) + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Pass","Output":"{% $x %}","End":true}}},"End":true}`, ``, `FAILED States.ExceedToleratedFailureThreshold …`},

		{"the context object", contexts,
			`"A":{"Type":"Pass","Output":"{% [$states.context.Execution.Id, $states.context.Execution.Name, $states.context.Execution.Input.a, $states.context.Execution.RedriveCount, $states.context.State.Name, $states.context.State.RetryCount, $states.context.StateMachine.Name] %}","End":true}`, `{"a":7}`,
			`["arn:aws:states:local:000000000000:execution:test:run","run",7,0,"A",0,"test"]`},

		{"choice takes the first true rule", choiceDoc,
			`"A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n > 5 %}","Next":"B"},{"Condition":"{% $states.input.n > 1 %}","Output":"second","Next":"C"},{"Condition":true,"Next":"B"}],"Default":"B"},"B":{"Type":"Fail"},"C":{"Type":"Succeed"}`, `{"n":3}`, `"second"`},
		{"a condition is true or false", choiceDoc, `"A":{"Type":"Choice","Choices":[{"Condition":"{% 'x' %}","Next":"B"}],"Default":"B"},"B":{"Type":"Succeed"}`, ``, `FAILED States.QueryEvaluationError Condition is "x", not true or false`},

		{"a task's result is that of Lambda's Invoke", lambdaDoc, invoke("echo", `"End":true`), `{"a":"<"}`, `{"ExecutedVersion":"$LATEST","Payload":{"a":"<"},"StatusCode":200}`},
		{"a task's output sees input and result", lambdaDoc, invoke("echo", `"Output":"{% [$states.input.a, $states.result.Payload.a] %}","End":true`), `{"a":1}`, `[1,1]`},
		{"the error is the Go type's name", "https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html", invoke("terminal", `"End":true`), ``, `FAILED TerminalError {"errorMessage":"broken","errorType":"TerminalError"}`},
		{"a wrapped error has its own name", "https://docs.aws.amazon.com/lambda/latest/dg/golang-exceptions.html", invoke("wrapped", `"End":true`), ``, `FAILED wrapError {"errorMessage":"listing: broken","errorType":"wrapError"}`},
		{"an error may name itself", lambdaDoc, invoke("renamed", `"End":true`), ``, `FAILED View360.Renamed …`},
		{"a function must return JSON", lambdaDoc, invoke("no JSON", `"End":true`), ``, `FAILED …`},
		{"arguments must name a function", lambdaDoc, `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},"End":true}`, ``, `FAILED States.Runtime …`},

		{"catch sees the error and the input", errorsDoc,
			invoke("terminal", `"Catch":[{"ErrorEquals":["RetryableError"],"Next":"B"},{"ErrorEquals":["States.ALL"],"Output":{"e":"{% $states.errorOutput.Error %}","in":"{% $states.input.a %}"},"Assign":{"caught":"{% $states.errorOutput.Error %}"},"Next":"C"}],"End":true`) + `,"B":{"Type":"Fail"},"C":{"Type":"Pass","Output":"{% $merge([$states.input, {'caught': $caught}]) %}","End":true}`, `{"a":1}`, `{"caught":"TerminalError","e":"TerminalError","in":1}`},
		{"catch hands the error on", errorsDoc, invoke("terminal", `"Catch":[{"ErrorEquals":["TerminalError"],"Next":"B"}],"End":true`) + `,"B":{"Type":"Succeed"}`, ``, `{"Cause":"{\"errorMessage\":\"broken\",\"errorType\":\"TerminalError\"}","Error":"TerminalError"}`},
		{"States.ALL takes a timeout", errorsDoc, invoke("timeout", `"Catch":[{"ErrorEquals":["States.ALL"],"Output":1,"Next":"B"}],"End":true`) + `,"B":{"Type":"Succeed"}`, ``, `1`},
		{"States.ALL takes an evaluation error", errorsDoc, invoke("echo", `"Output":"{% $states.result.x %}","Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.errorOutput.Error %}","Next":"B"}],"End":true`) + `,"B":{"Type":"Succeed"}`, ``, `"States.QueryEvaluationError"`},
		{"States.ALL does not take States.DataLimitExceeded", errorsDoc, invoke("large", `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true`) + `,"B":{"Type":"Succeed"}`, ``, `FAILED States.DataLimitExceeded …`},
		{"States.ALL does not take States.Runtime", errorsDoc, `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}`, ``, `FAILED States.Runtime …`},

		{"map keeps the order", mapDoc,
			`"A":{"Type":"Map","Items":"{% $states.input %}","ItemSelector":{"i":"{% $states.context.Map.Item.Index %}","v":"{% $states.context.Map.Item.Value %}"},"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}`, `["a","b",null]`, `[{"i":0,"v":"a"},{"i":1,"v":"b"},{"i":2,"v":null}]`},
		{"map takes its input for items", mapDoc, `"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `[1,2]`, `[1,2]`},
		{"map of nothing", mapDoc, `"A":{"Type":"Map","Items":"{% $states.input.x %}","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `{"x":[]}`, `[]`},
		{"map of no array", mapDoc, `"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true}`, `{}`, `FAILED States.QueryEvaluationError Items is {}, not an array`},
		{"the innermost item counts", contexts,
			`"A":{"Type":"Map","ItemSelector":["{% $states.context.Map.Item.Value %}"],"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Map","Items":"{% [7,8] %}","ItemSelector":"{% [$states.input[0], $states.context.Map.Item.Value] %}","ItemProcessor":{"StartAt":"C","States":{"C":{"Type":"Succeed"}}},"End":true}}},"End":true}`, `[1,2]`, `[[[1,7],[1,8]],[[2,7],[2,8]]]`},
		{"a map's output sees its result", mapDoc, `"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"Output":{"n":"{% $count($states.result) %}"},"End":true}`, `[1,2]`, `{"n":2}`},

		{"a distributed map reads a JSON array", readerDoc, distributed(``, `"B":{"Type":"Succeed","Output":"{% $states.input * 2 %}"}`), `{"key":"numbers"}`, `[2,4,6]`},
		{"no object", readerDoc, distributed(``, `"B":{"Type":"Succeed"}`), `{"key":"none"}`, `FAILED States.ItemReaderFailed opening s3://b/none: no such key`},
		{"an object that is cut off", readerDoc, distributed(``, `"B":{"Type":"Succeed"}`), `{"key":"cut"}`, `FAILED States.ItemReaderFailed …`},
		{"no array in the object", readerDoc, distributed(``, `"B":{"Type":"Succeed"}`), `{"key":"object"}`, `FAILED States.ItemReaderFailed reading s3://b/object: it is not a JSON array`},
		{"no child may fail by default", distDoc, distributed(``, odd), `{"key":"numbers"}`, `FAILED States.ExceedToleratedFailureThreshold The specified tolerated failure threshold was exceeded: 1 of …`},
		{"ToleratedFailurePercentage", distDoc, distributed(`"ToleratedFailurePercentage":34,`, odd), `{"key":"numbers"}`, `[1,3]`},
		{"ToleratedFailurePercentage exceeded", distDoc, distributed(`"ToleratedFailurePercentage":33,`, odd), `{"key":"numbers"}`, `FAILED States.ExceedToleratedFailureThreshold …`},
	}
}

func TestRulesOfTheLanguageHold(t *testing.T) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			got := showEnd(r.run(t))
			prefix, isPrefix := strings.CutSuffix(r.want, "…")
			if got != r.want && (!isPrefix || !strings.HasPrefix(got, prefix)) {
				t.Errorf("got %s\nwant %s\nas in %s", got, r.want, r.source)
			}
		})
	}
}

// objects holds the objects that distributed maps read.
var objects = map[string]string{
	"b/numbers": `[1,2,3]`, "b/cut": `[1,2`, "b/object": `{}`,
}

func (r rule) run(t *testing.T) *asl.Execution {
	t.Helper()
	l := newLab()
	maps.Copy(l.objects, objects)
	return l.run(t, machine("A", r.states), r.document())
}

// document returns the execution's input.
func (r rule) document() string { return cmp.Or(r.input, "{}") }

package asl_test

import (
	"strings"
	"testing"

	"view360/shared/asl"
)

// Invalid definitions and the errors of Parse. Sources: the pages that rules_test.go names, and
// https://states-language.net/spec.html.
func TestParseRefusesUnknownFeatures(t *testing.T) {
	task := func(rest string) string {
		return machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},`+rest+`"End":true}`)
	}
	inMap := func(rest, config, inner string) string {
		return machine("A", `"A":{"Type":"Map",`+rest+`"ItemProcessor":{`+config+`"StartAt":"B","States":{`+inner+`}},"End":true}`)
	}
	pass := `"B":{"Type":"Pass","End":true}`
	distributed := `"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},`
	for name, c := range map[string]struct{ definition, want string }{
		"no JSON":                       {`{`, `reading the definition`},
		"two states of one name":        {machine("A", `"A":{"Type":"Succeed"},"A":{"Type":"Fail"}`), `duplicate`},
		"one name in two flows":         {inMap(``, ``, `"B":{"Type":"Pass","Next":"A"},"A":{"Type":"Succeed"}`), `its name is used twice`},
		"JSONPath":                      {`{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`, `state machine: field "QueryLanguage" is "": only JSONata is supported`},
		"JSONPath in a state":           {machine("A", `"A":{"Type":"Succeed","QueryLanguage":"JSONPath"}`), `state "A": field "QueryLanguage" "JSONPath" is not supported`},
		"unknown top field":             {`{"QueryLanguage":"JSONata","StartAt":"A","Stats":{}}`, `state machine: field "Stats" is not supported`},
		"unknown type":                  {machine("A", `"A":{"Type":"Parallel","End":true}`), `state "A": field "Type" "Parallel" is not supported`},
		"field of another type":         {machine("A", `"A":{"Type":"Pass","Arguments":{},"End":true}`), `state "A": field "Arguments" is not supported`},
		"ResultWriter of an inline map": {inMap(`"ResultWriter":{},`, ``, pass), `state "A": field "ResultWriter" is only for a distributed map`},
		"task timeout":                  {task(`"TimeoutSeconds":1,`), `state "A": field "TimeoutSeconds" is not supported`},
		"Wait":                          {machine("A", `"A":{"Type":"Wait","Seconds":1,"End":true}`), `state "A": field "Type" "Wait" is not supported`},
		"retry of a map":                {inMap(`"Retry":[],`, ``, pass), `state "A": field "Retry" is not supported`},
		"express children":              {inMap(``, `"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},`, pass), `field "Mode" "DISTRIBUTED" with ExecutionType "EXPRESS" is not supported`},
		"tolerated count":               {inMap(`"ToleratedFailureCount":1,`, distributed, pass), `state "A": field "ToleratedFailureCount" is not supported`},
		"tolerated expression":          {inMap(`"ToleratedFailurePercentage":"{% 1 %}",`, distributed, pass), `field "ToleratedFailurePercentage" has the wrong type`},
		"JSON Lines":                    {inMap(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL"},"Arguments":{}},`, distributed, pass), `field "InputType" "JSONL" is not supported`},
		"MaxItems":                      {inMap(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON","MaxItems":2},"Arguments":{}},`, distributed, pass), `field "MaxItems" is not supported`},
		"items of a distributed map":    {inMap(`"Items":"{% [] %}",`, distributed, pass), `field "Items" is only for an inline map`},
		"distributed map of its input":  {inMap(``, distributed, pass), `field "ItemReader" is missing`},
		"task without arguments":        {machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}`), `field "Arguments" is missing`},
		"describeExecution":             {machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:describeExecution","Arguments":{},"End":true}`), `is not supported`},
		"JSONata function":              {machine("A", `"A":{"Type":"Pass","Output":"{% $uuid() %}","End":true}`), `function $uuid is not supported`},
		"JSONata chain":                 {machine("A", `"A":{"Type":"Pass","Output":"{% 1 ~> $count() %}","End":true}`), `~> is not supported`},
		"JSONata function definition":   {machine("A", `"A":{"Type":"Pass","Output":"{% function($n) { $n }(1) %}","End":true}`), `function( is not supported`},
		"JSONata binding":               {machine("A", `"A":{"Type":"Pass","Output":"{% ($x := 1; $x) %}","End":true}`), `:= is not supported`},
		"$states as a whole":            {machine("A", `"A":{"Type":"Pass","Output":"{% $states %}","End":true}`), `$states without a member is not supported`},
		"other resource":                {machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}`), `field "Resource" "arn:aws:states:::sqs:sendMessage" is not supported`},
		"waiting for a token":           {machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","End":true}`), `is not supported`},
		"no start":                      {machine("X", `"A":{"Type":"Succeed"}`), `StartAt is "X", which is not a state of this flow`},
		"next to nowhere":               {machine("A", `"A":{"Type":"Pass","Next":"X"}`), `state "A": leads to "X", which is not a state of this flow`},
		"next into an inner flow":       {machine("A", `"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{`+pass+`}},"Next":"B"}`), `state "A": leads to "B"`},
		"unreachable":                   {machine("A", `"A":{"Type":"Succeed"},"Z":{"Type":"Succeed"}`), `state "Z": nothing leads to it`},
		"neither next nor end":          {machine("A", `"A":{"Type":"Pass"}`), `state "A": field "Next" or End: true is needed, and not both`},
		"both next and end":             {machine("A", `"A":{"Type":"Pass","Next":"A","End":true}`), `field "Next" or End: true`},
		"wrong kind":                    {machine("A", `"A":{"Type":"Pass","End":"yes"}`), `state "A": field "End" has the wrong type`},
		"syntax of an expression":       {machine("A", `"A":{"Type":"Pass","Output":{"x":"{% $a + %}"},"End":true}`), `state "A": field Output.x: expression {% $a + %}`},
		"expression that is not ended":  {machine("A", `"A":{"Type":"Pass","Output":"{% $a","End":true}`), `must begin with {% and end with %}`},
		"assign of no object":           {machine("A", `"A":{"Type":"Pass","Assign":1,"End":true}`), `state "A": field "Assign" is not an object`},
		"assign of $states":             {machine("A", `"A":{"Type":"Pass","Assign":{"states":1},"End":true}`), `field "Assign" has "states"`},
		"assign of an outer variable": {machine("A", `"A":{"Type":"Pass","Assign":{"x":1},"Next":"M"},"M":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","Assign":{"x":2},"End":true}}},"End":true}`),
			`state "B": field "Assign": variable "x" belongs to an outer flow`},
		"choice without default":      {machine("A", `"A":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"A"}]}`), `state "A": field "Default" is missing`},
		"assign of a rule":            {machine("A", `"A":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Assign":{"x":1},"Next":"A"}],"Default":"A"}`), `Choices[0]: field "Assign" is not supported`},
		"no jitter":                   {task(`"Retry":[{"ErrorEquals":["X"],"JitterStrategy":"NONE"}],`), `Retry[0]: field "JitterStrategy" "NONE" is not supported`},
		"States.TaskFailed":           {task(`"Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"A"}],`), `Catch[0]: field "ErrorEquals" has States.TaskFailed, which is not supported`},
		"choice without rules":        {machine("A", `"A":{"Type":"Choice","Choices":[],"Default":"A"}`), `state "A": field "Choices" is empty`},
		"rule without condition":      {machine("A", `"A":{"Type":"Choice","Choices":[{"Next":"A"}],"Default":"A"}`), `state "A": Choices[0]: field "Condition" is missing`},
		"rule of JSONPath":            {machine("A", `"A":{"Type":"Choice","Choices":[{"Variable":"$.a","Next":"A"}],"Default":"A"}`), `state "A": Choices[0]: field "Variable" is not supported`},
		"retry of nothing":            {task(`"Retry":[{"ErrorEquals":[]}],`), `state "A": Retry[0]: field "ErrorEquals" is empty`},
		"States.ALL with others":      {task(`"Retry":[{"ErrorEquals":["States.ALL","X"]}],`), `field "ErrorEquals" has States.ALL, which must be alone, in the last entry`},
		"States.ALL before others":    {task(`"Catch":[{"ErrorEquals":["States.ALL"],"Next":"A"},{"ErrorEquals":["X"],"Next":"A"}],`), `state "A": Catch[0]: field "ErrorEquals" has States.ALL`},
		"back-off that shrinks":       {task(`"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5}],`), `Retry[0]: field "BackoffRate" is less than 1`},
		"longest before the first":    {task(`"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":5,"MaxDelaySeconds":5}],`), `field "MaxDelaySeconds" is not greater than IntervalSeconds`},
		"catch without next":          {task(`"Catch":[{"ErrorEquals":["X"]}],`), `state "A": Catch[0]: field "Next" is missing`},
		"reader of an inline map":     {inMap(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},"Arguments":{}},`, ``, pass), `field "ItemReader" is only for a distributed map`},
		"reader of a CSV":             {inMap(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"CSV"},"Arguments":{}},`, distributed, pass), `ItemReader: ReaderConfig: field "InputType" "CSV" is not supported`},
		"reader of a listing":         {inMap(`"ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","ReaderConfig":{"InputType":"JSON"},"Arguments":{}},`, distributed, pass), `ItemReader: field "Resource"`},
		"more than all may fail":      {inMap(`"ToleratedFailurePercentage":101,`, distributed, pass), `field "ToleratedFailurePercentage" is more than 100`},
		"unknown mode":                {inMap(``, `"ProcessorConfig":{"Mode":"FAST"},`, pass), `field "Mode" "FAST" with ExecutionType "" is not supported`},
		"items that are not an array": {inMap(`"Items":5,`, ``, pass), `state "A": field "Items" is 5, not an array`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := asl.Parse("test", []byte(c.definition), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %s", err, c.want)
			}
		})
	}
}

func TestParseFillsPlaceholders(t *testing.T) {
	definition := machine("A", `"A":{"Type":"Pass","Output":["${One}","a${Two}b"],"End":true}`)
	m, err := asl.Parse("test", []byte(definition), map[string]string{"One": `"quoted"`, "Two": "2"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := showEnd(newLab().Run(t.Context(), m, "run", []byte(`{}`))), `["\"quoted\"","a2b"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = asl.Parse("test", []byte(definition), map[string]string{"Two": "2", "Three": "3"})
	for _, want := range []string{"placeholder ${One} has no value", "the definition has no placeholder ${Three}"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %s", err, want)
		}
	}
}

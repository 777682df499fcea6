package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

const writer = `"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","WriterConfig":{"Transformation":"COMPACT","OutputType":"JSON"},
	"Arguments":{"Bucket":"results","Prefix":"{% 'runs/' & $states.context.Execution.Name %}"}},`

// writingMap is a distributed map whose children return their items.
func writingMap(list string) string {
	return machine("M", `"M":{"Type":"Map",`+items(list)+writer+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
		"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true}`)
}

// Results of children that would not fit into the state's result are in S3, which the result names.
func TestResultsOfChildrenAreWritten(t *testing.T) {
	l := newLab()
	written := map[string]string{}
	l.WriteResult = func(_ context.Context, bucket, key string, body io.Reader) error {
		text, err := io.ReadAll(body)
		written[bucket+"/"+key] = string(text)
		return err
	}
	fill := strings.Repeat("x", 100_000)
	x := l.run(t, writingMap(`["`+fill+`a","`+fill+`b","`+fill+`c"]`), `{}`)
	var result struct {
		MapRunArn           string
		ResultWriterDetails struct{ Bucket, Key string }
	}
	if err := json.Unmarshal(x.Describe().Output, &result); err != nil || result.MapRunArn != x.MapRuns()[0].ARN {
		t.Fatalf("ended with %s, error %v", showEnd(x), err)
	}
	details := result.ResultWriterDetails
	if !strings.HasPrefix(details.Key, "runs/") || !strings.HasSuffix(details.Key, "/manifest.json") {
		t.Errorf("the manifest is %s", details.Key)
	}
	var manifest struct {
		DestinationBucket string
		ResultFiles       map[string][]struct {
			Key  string
			Size int
		}
	}
	if err := json.Unmarshal([]byte(written[details.Bucket+"/"+details.Key]), &manifest); err != nil || len(manifest.ResultFiles["SUCCEEDED"]) != 1 {
		t.Fatalf("the manifest is %+v, error %v", manifest, err)
	}
	file := manifest.ResultFiles["SUCCEEDED"][0]
	text := written[manifest.DestinationBucket+"/"+file.Key]
	var outputs []string
	if err := json.Unmarshal([]byte(text), &outputs); err != nil || file.Size != len(text) {
		t.Fatalf("%d bytes in a file of %d, error %v", len(text), file.Size, err)
	}
	for i, last := range []string{"a", "b", "c"} {
		if len(outputs) != 3 || len(outputs[i]) != 100_001 || !strings.HasSuffix(outputs[i], last) {
			t.Errorf("output %d of %d ends with another letter than %s", i, len(outputs), last)
		}
	}
}

func TestResultsThatCannotBeWrittenFailTheMap(t *testing.T) {
	l := newLab()
	l.WriteResult = func(context.Context, string, string, io.Reader) error { return errors.New("AccessDenied") }
	x := l.run(t, writingMap(`[]`), `{}`)
	if got, want := showEnd(x), "FAILED States.ResultWriterFailed writing the results of state M to s3://results/runs/"; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "AccessDenied") {
		t.Errorf("ended with %s, want %s…", got, want)
	}
}

package asl_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
func TestRetryWaitsAsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		retry string
		want  []time.Duration
	}{
		"defaults":              {`{"ErrorEquals":["RetryableError"]}`, seconds(1, 2, 4)},
		"back-off":              {`{"ErrorEquals":["RetryableError"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":4}`, seconds(2, 6, 18, 54)},
		"MaxDelaySeconds":       {`{"ErrorEquals":["RetryableError"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":4,"MaxDelaySeconds":10}`, seconds(2, 6, 10, 10)},
		"full jitter":           {`{"ErrorEquals":["RetryableError"],"IntervalSeconds":2,"MaxDelaySeconds":6,"JitterStrategy":"FULL"}`, seconds(1, 2, 3)},
		"never":                 {`{"ErrorEquals":["RetryableError"],"MaxAttempts":0}`, nil},
		"another error":         {`{"ErrorEquals":["TerminalError"]}`, nil},
		"States.ALL":            {`{"ErrorEquals":["States.ALL"],"MaxAttempts":1}`, seconds(1)},
		"the first one decides": {`{"ErrorEquals":["RetryableError"],"MaxAttempts":1},{"ErrorEquals":["States.ALL"],"IntervalSeconds":9}`, seconds(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab()
			x := l.run(t, machine("A", `"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"retryable"},"Retry":[`+c.retry+`],"End":true}`), `{}`)
			if got, want := showEnd(x), `FAILED RetryableError {"errorMessage":"slow down","errorType":"RetryableError"}`; got != want {
				t.Errorf("ended with %s, want %s", got, want)
			}
			if diff := cmp.Diff(c.want, l.waits); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			if got := len(l.takeCalls()); got != len(c.want)+1 {
				t.Errorf("%d calls, want %d", got, len(c.want)+1)
			}
		})
	}
}

func seconds(list ...float64) []time.Duration {
	var durations []time.Duration
	for _, s := range list {
		durations = append(durations, time.Duration(s*float64(time.Second)))
	}
	return durations
}

// The example of the page above: each retrier has its own counter.
func TestRetriersCountOnTheirOwn(t *testing.T) {
	l := newLab()
	l.functions["f"] = func() func(json.RawMessage) (any, error) {
		failing := []error{&RetryableError{errors.New("1")}, &RetryableError{errors.New("2")}, &TerminalError{errors.New("3")}, &RetryableError{errors.New("4")}}
		return func(json.RawMessage) (any, error) {
			err := failing[0]
			failing = failing[1:]
			return nil, err
		}
	}()
	x := l.run(t, machine("X", `"X":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":"{% $states.context.State.RetryCount %}"},
		"Retry":[{"ErrorEquals":["RetryableError"],"IntervalSeconds":1,"BackoffRate":2,"MaxAttempts":2},{"ErrorEquals":["TerminalError"],"IntervalSeconds":5}],
		"Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.errorOutput.Cause %}","Next":"Z"}],"End":true},"Z":{"Type":"Succeed"}`), `{}`)
	if got, want := showEnd(x), `"{\"errorMessage\":\"4\",\"errorType\":\"RetryableError\"}"`; got != want {
		t.Errorf("ended with %s, want %s", got, want)
	}
	if diff := cmp.Diff(seconds(1, 2, 5), l.waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"f 0", "f 1", "f 2", "f 3"}, l.takeCalls()); diff != "" {
		t.Errorf("calls, with their retry counts (-want +got):\n%s", diff)
	}
}

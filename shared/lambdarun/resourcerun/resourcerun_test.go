package resourcerun_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"view360/shared/lambdarun/resourcerun"
)

// answer is the response to CloudFormation.
type answer struct {
	Status, Reason, PhysicalResourceId, RequestId string
	Data                                          map[string]any
}

// cloudFormation takes responses, each under the path it was sent to. There is one for all cases: responses are sent with
// the process's HTTP client, whose connections the Close of any test server breaks.
type cloudFormation struct {
	url     string
	answers sync.Map
}

func startCloudFormation(t *testing.T) *cloudFormation {
	t.Helper()
	c := &cloudFormation{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var got answer
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		c.answers.Store(r.URL.Path, got)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *cloudFormation) answer(path string) answer {
	got, _ := c.answers.Load(path)
	sent, _ := got.(answer)
	return sent
}

func TestHandleRespondsToCloudFormation(t *testing.T) {
	t.Parallel()
	formation := startCloudFormation(t)
	for name, c := range map[string]struct {
		request cfn.RequestType
		work    error
		status  string
		worked  bool
	}{
		"create": {cfn.RequestCreate, nil, "SUCCESS", true},
		"update": {cfn.RequestUpdate, nil, "SUCCESS", true},
		"delete does nothing, whatever the work would do": {cfn.RequestDelete, errors.New("no"), "SUCCESS", false},
		"a failure is reported":                           {cfn.RequestUpdate, errors.New("the database is of no known version " + strings.Repeat("x", 9000)), "FAILED", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/" + string(c.request) + "/" + c.status
			worked := false
			handler := resourcerun.Handler{ID: "schema", Work: func(context.Context) (map[string]any, error) {
				worked = true
				return map[string]any{"Views": 50}, c.work
			}}
			_, err := handler.Handle(t.Context(), cfn.Event{RequestType: c.request, RequestID: "r-1", ResponseURL: formation.url + path})
			got := formation.answer(path)
			if got.Status != c.status || got.PhysicalResourceId != "schema" || got.RequestId != "r-1" || worked != c.worked {
				t.Errorf("answered %+v, worked %t", got, worked)
			}
			if failed := err != nil; failed != (c.status == "FAILED") {
				t.Errorf("the function's own error is %v", err)
			}
			if len(got.Reason) > 3000 {
				t.Errorf("a reason of %d bytes is more than CloudFormation takes", len(got.Reason))
			}
		})
	}
}

func TestHandleRespondsBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(context.Context){
		"work that stops":        func(ctx context.Context) { <-ctx.Done() },
		"work that does not":     func(ctx context.Context) { <-ctx.Done(); time.Sleep(time.Minute) },
		"work that never checks": func(context.Context) { time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
				defer cancel()
				handler := resourcerun.Handler{Work: func(ctx context.Context) (map[string]any, error) {
					wait(ctx)
					return nil, ctx.Err()
				}}
				if _, err := handler.Handle(ctx, cfn.Event{RequestType: cfn.RequestUpdate}); err == nil {
					t.Error("no error")
				}
				if ctx.Err() != nil {
					t.Error("the response comes after the deadline")
				}
				time.Sleep(time.Hour) // until the work has ended
			})
		})
	}
}

func TestHandleWorksWithoutCloudFormation(t *testing.T) {
	t.Parallel()
	handler := resourcerun.Handler{Work: func(context.Context) (map[string]any, error) { return map[string]any{"Views": 50}, nil }}
	got, err := handler.Handle(t.Context(), cfn.Event{})
	if err != nil || got["Views"] != 50 {
		t.Errorf("got %v, %v", got, err)
	}
}

package page

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"view360/shared/asl"
	"view360/shared/inprocess"
	"view360/statemachines"
)

// twoRegions is a plan of one account: kms is denied, waf is tried twice.
const twoRegions = `[{"account_function": "account", "home_region": "us-east-1", "regions_at_once": 1, "services_at_once": 1, "request": {"account": "111122223333", "date": "2026-03-19"}, "regions": [
	{"region": "us-east-1", "home": true, "services": [{"service": "kms", "function": "kms"}, {"service": "waf", "function": "waf"}]},
	{"region": "eu-west-1", "home": false, "services": [{"service": "waf", "function": "waf"}]}]}]`

// newEngine runs the collect machine with functions that fail as the plan says until repaired.
func newEngine(t *testing.T, repaired *atomic.Bool) (*asl.Engine, *asl.Machine) {
	t.Helper()
	var tries atomic.Int64
	e := &asl.Engine{Base: t.Context(), Random: func() float64 { return 0 }}
	e.Invoke = func(_ context.Context, function string, _ json.RawMessage) (json.RawMessage, error) {
		switch {
		case function == "plan":
			return json.RawMessage(`{"bucket": "b", "key": "k", "concurrency": 1}`), nil
		case function == "kms" && !repaired.Load():
			return nil, &asl.Failure{Name: "AccessDeniedError", Cause: `{"errorMessage": "denied kms:ListKeys"}`}
		case function == "waf" && tries.Add(1) == 1:
			return nil, &asl.Failure{Name: "RetryableError", Cause: "slow down"}
		case function == "settle" && !repaired.Load():
			return nil, &asl.Failure{Name: "View360.PartialSnapshot", Cause: `{"errorMessage": "111122223333 us-east-1 kms: denied kms:ListKeys\nand more"}`}
		case function == "settle":
			return json.RawMessage(`{"again": false, "plan": {"run": "r"}, "published": 1, "redrives": 1}`), nil
		}
		return json.RawMessage(`{"status": "passed"}`), nil
	}
	e.OpenItems = func(context.Context, string, string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(twoRegions)), nil
	}
	e.WriteResult = func(_ context.Context, _, _ string, body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	}
	m, err := inprocess.ParseMachine("collect", statemachines.Collect, map[string]string{"Plan": "plan", "Merge": "merge", "SettleCollect": "settle"})
	if err != nil {
		t.Fatal(err)
	}
	return e, m
}

func TestExecutionIsShownAndRedriven(t *testing.T) {
	t.Parallel()
	var repaired atomic.Bool
	e, m := newEngine(t, &repaired)
	x := e.Run(t.Context(), m, "run-1", json.RawMessage(`{"services": ["kms", "waf"]}`))
	s := newSite(t, Options{Executions: e})
	child := x.MapRuns()[0].Children[0].ARN

	t.Run("is listed, also by status", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/executions"), "run-1 FAILED", "View360.PartialSnapshot: 111122223333 us-east-1 kms: denied kms:ListKeys")
		s.expect(s.get("/executions?status=SUCCEEDED"), "No executions.")
		s.expect(s.get("/executions?machine=load"), "No executions.")
		s.expect(s.get("/executions?account=111122223333&date="+x.Describe().Started.UTC().Format(time.DateOnly)), "run-1 FAILED")
		s.expect(s.get("/executions?account=999999999999"), "No executions.")
		s.expect(s.get("/executions?date=2020-01-01"), "No executions.")
		if answer, _ := s.ask(http.MethodGet, "/executions?date=1-1", nil, nil); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("a date that is none: %s", answer.Status)
		}
	})
	t.Run("shows its states, cause and children", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/executions/"+x.ARN), "FAILED collect", "View360.PartialSnapshot 111122223333 us-east-1 kms: denied kms:ListKeys and more",
			"Snapshots Map · 1 of 1 children ended", "Collect Task · 1 of 3 failed", "Snapshots: 1 children", "1 caught", `&#34;services&#34;: [`)
	})
	t.Run("shows the iterations of a child with retries, input and output", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/executions/"+child), "Collect KMS keys 111122223333 us-east-1 2026-03-19 · Regions 0, Services 0 AccessDeniedError",
			"FAILED, CAUGHT", "Collect WAF web ACLs and rules 111122223333 eu-west-1 2026-03-19 · Regions 1, Services 0", "SUCCEEDED 1 ", `&#34;status&#34;: &#34;passed&#34;`)
	})
	t.Run("is not redriven by somebody else's form", func(t *testing.T) {
		answer, _ := s.in(t).ask(http.MethodPost, "/redrive/"+x.ARN, nil, url.Values{"token": {"x"}})
		if answer.StatusCode != http.StatusForbidden || x.Describe().RedriveCount != 0 {
			t.Errorf("got %s and %d redrives, want 403 and none", answer.Status, x.Describe().RedriveCount)
		}
	})
	t.Run("is redriven", func(t *testing.T) {
		s := s.in(t)
		repaired.Store(true)
		token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(s.get("/executions/" + x.ARN))[1]
		if answer, body := s.ask(http.MethodPost, "/redrive/"+x.ARN, nil, url.Values{"token": {token}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("got %s\n%s", answer.Status, text(body))
		}
		<-x.Done()
		s.expect(s.get("/executions/"+x.ARN), "SUCCEEDED collect", "redriven 1 ×")
		answer, body := s.ask(http.MethodPost, "/redrive/"+x.ARN, nil, url.Values{"token": {token}})
		if answer.StatusCode != http.StatusConflict {
			t.Errorf("a success is redriven: %s\n%s", answer.Status, text(body))
		}
	})
	t.Run("unknown", func(t *testing.T) {
		if answer, _ := s.in(t).ask(http.MethodGet, "/executions/arn:aws:states:x", nil, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("got %s, want 404", answer.Status)
		}
	})
}

func TestStepShowsItsNumbers(t *testing.T) {
	t.Parallel()
	for output, want := range map[string]string{
		`{"service":"kms","items":3,"calls":5,"throttles":1,"paid_calls":0}`:                             "3 items, 5 calls, 1 throttled, 0 paid",
		`{"group":"cost","tables":{"a":{"read":2,"created":2},"b":{"read":3,"updated":1,"rejected":1}}}`: "5 rows: 2 created, 1 updated, 1 rejected, 0 deleted",
		`{"group":"cost","tables":{}}`: "",
		`[1]`:                          "",
		``:                             "",
	} {
		if got := (visit{Output: output}).Metrics(); got != want {
			t.Errorf("%s: %q, want %q", output, got, want)
		}
	}
}

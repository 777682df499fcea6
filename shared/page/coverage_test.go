package page

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCoverageShowsEveryOutcome(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	body := s.get("/coverage")
	for _, c := range []struct{ name, service, want string }{
		{"denied in one of two regions", "guardduty", `bad.*in 1 of 2 regions.*denied.*1/2 26 h`},
		{"some items were left out", "kms", `warn.*partial.*2 h`},
		{"not enabled is not a failure", "inspector", `idle.*in 1 of 2 regions.*off.*2 h`},
		{"read in the home region only", "supporttickets", `good.*passed".*ok<.*2 h`},
		{"in a later run of this service alone", "cost", `good.*ok<.*60 m|1 h`},
		{"a section that only newer snapshots have", "iam", `good.*ok<.*2 h`},
		{"a file of the Python version", "serviceresources", `bad.*in 1 of 2 regions.*failed.*1/2`},
		{"a note is not a warning", "cost", `good`},
		{"read before, and not any more", "health", `bad.*lost.*26 h`},
		{"repaired alone", "waf", `good.*ok<.*30 m`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := regexp.MustCompile(`<a class="cell [^>]*/coverage/111122223333/` + c.service + `"[^\n]*?</a>`).FindString(body)
			if !regexp.MustCompile(c.want).MatchString(cell) {
				t.Errorf("got %s, want %s", cell, c.want)
			}
		})
	}
	t.Run("a cell explains itself", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/coverage/111122223333/guardduty"), "denied 20 Mar 06:00 UTC 19 Mar 06:00 UTC denied guardduty:ListDetectors",
			"User: arn:aws:iam::111122223333:role/r is not authorized", "Grant the action named in the reason", "guardduty:GetFindings", "view_guard_duty_findings")
	})
	t.Run("the filter narrows the matrix", func(t *testing.T) {
		s := s.in(t)
		s.expect(s.get("/coverage?customer=Contoso"), "Nothing has been collected for this filter yet.")
	})
}

func TestRunAgainStartsTheSameCollect(t *testing.T) {
	t.Parallel()
	var asked Rerun
	s := newSite(t, Options{CollectAgain: func(_ context.Context, r Rerun) (string, error) { asked = r; return "arn:x", nil }})
	const cell = "/coverage/111122223333/guardduty"
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(s.get(cell))[1]
	answer, _ := s.ask(http.MethodPost, cell+"/run", nil, url.Values{"token": {token}})
	if got := answer.Header.Get("Location"); got != "/executions/arn:x" {
		t.Errorf("it leads to %q, want the execution", got)
	}
	want := Rerun{Account: "111122223333", Source: "guardduty", Regions: []string{"us-east-1"}}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked for something else (-want +got):\n%s", diff)
	}
}

// The execution of a cell is the one that the outcome names, not the one at its time.
func TestCellLinksToTheRunThatCollected(t *testing.T) {
	t.Parallel()
	var repaired atomic.Bool
	repaired.Store(true)
	engine, machine := newEngine(t, &repaired)
	children := map[string]string{}
	for _, run := range []string{"run-1", "run-2", "run-4", "run-5"} {
		x := engine.Run(t.Context(), machine, run, json.RawMessage(`{}`))
		children[run] = x.MapRuns()[0].Children[0].ARN
	}
	s := newSite(t, Options{Executions: engine})
	for source, run := range map[string]string{"guardduty": "run-2", "cost": "run-4", "waf": "run-5"} {
		body := s.get("/coverage/111122223333/" + source)
		if link := `href="/executions/` + children[run] + `"`; !strings.Contains(body, link) {
			t.Errorf("the cell of %s does not link to %s:\n%s", source, run, body)
		}
	}
	if body := s.get("/coverage/111122223333/serviceresources"); strings.Count(body, `href="/executions/`) != 1 { // of the other region
		t.Errorf("a file of the Python version links to an execution:\n%s", body)
	}
}

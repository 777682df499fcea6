package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"view360/shared/pgtest"
	"view360/shared/simaws"
)

// served is the page of a program that serves until the test ends.
type served struct {
	*testing.T
	url    string
	client *http.Client
}

// serveUntilEnd starts serve with arguments.
func serveUntilEnd(t *testing.T, args ...string) *served {
	t.Helper()
	address := freeAddress(t)
	ctx, interrupt := context.WithCancel(t.Context())
	up, ended := make(chan struct{}), make(chan int, 1)
	progress := &trigger{when: "The page is at http://" + address, then: func() { close(up) }}
	go func() {
		ended <- runCommand(ctx, append([]string{"serve", "--listen", address}, args...), testHost(io.Discard, progress))
	}()
	select {
	case <-up:
	case code := <-ended:
		interrupt()
		t.Fatalf("exit code %d\n%s", code, progress.String())
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		interrupt()
		if code := <-ended; code != exitOK {
			t.Errorf("exit code %d\n%s", code, progress.String())
		}
	})
	return &served{t, "http://" + address, client}
}

func (s *served) ask(method, path string, form url.Values) (status int, body string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	must(s.T, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := s.client.Do(request)
	must(s.T, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(s.T, err)
	return answer.StatusCode, string(text)
}

func (s *served) expect(path string, texts ...string) string {
	s.Helper()
	status, body := s.ask(http.MethodGet, path, nil)
	for _, want := range texts {
		if status != http.StatusOK || !strings.Contains(body, want) {
			s.Errorf("GET %s: %d, and no %q in\n%s", path, status, want, body)
		}
	}
	return body
}

func TestServeShowsAndRedrivesADeployment(t *testing.T) {
	i := install(t)
	broken := i.organization.Accounts()[1].ID
	i.organization.Fault(simaws.Fault{Service: "guardduty", Operation: "ListDetectors", Account: broken, Region: "us-east-1", Kind: simaws.Denied})
	if code, out, stderr := i.runProgram(t, "collect", "--wait"); code != exitPartial {
		t.Fatalf("exit code %d\n%s%s", code, out, stderr)
	}
	x := i.newest(t)
	s := serveUntilEnd(t, "--database-url", pgtest.URL(t), "--endpoint-url", i.url)
	s.expect("/", "Overview")
	s.expect("/executions", x.Name, broken+" us-east-1 guardduty: denied")
	shown := s.expect("/executions/"+x.ARN, "Redrive", "Snapshots: 5 children", "1 caught")
	child := regexp.MustCompile(`href="(/executions/[^"]+/Snapshots:[^"]+)"><?[^<]*</a></td><td><span class="tag good">SUCCEEDED</span> <span class="tag warn">1 caught`).FindStringSubmatch(shown)
	if child == nil {
		t.Fatalf("no child with a caught failure in\n%s", shown)
	}
	s.expect(child[1], "FAILED, CAUGHT", x.Name, "denied guardduty:ListDetectors")

	i.organization.ClearFaults()
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(shown)[1]
	if status, body := s.ask(http.MethodPost, "/redrive/"+x.ARN, url.Values{"token": {token}}); status != http.StatusSeeOther {
		t.Fatalf("redriving: %d\n%s", status, body)
	}
	local, _ := i.Lookup(x.ARN)
	<-local.Done()
	s.expect("/executions/"+x.ARN, "SUCCEEDED", "redriven 1 ×")
	if status, body := s.ask(http.MethodPost, "/redrive/"+x.ARN, url.Values{"token": {token}}); status != http.StatusConflict || !strings.Contains(body, "SUCCEEDED") {
		t.Errorf("redriving a success: %d\n%s", status, body)
	}
}

func TestServeShowsTheStoredDatabase(t *testing.T) {
	state := t.TempDir()
	if code, _, stderr := runProgram(t, "serve", "--listen", freeAddress(t), "--state", state); code != exitFailed || !strings.Contains(stderr, "nothing is stored in "+state) {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	db, err := openDatabase(t.Context(), &output{}, state, "", false)
	must(t, err)
	must(t, db.Close())
	s := serveUntilEnd(t, "--state", state)
	s.expect("/", "Overview")
	if status, _ := s.ask(http.MethodGet, "/executions", nil); status != http.StatusNotFound {
		t.Errorf("executions that nobody has: %d", status)
	}
}

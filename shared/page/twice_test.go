package page

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"sync/atomic"
	"testing"

	"view360/shared/asl"
)

// wait makes the functions of an engine that runs nothing wait, until the returned function is called.
func wait(e *asl.Engine) (release func()) {
	released, invoke := make(chan struct{}), e.Invoke
	e.Invoke = func(ctx context.Context, function string, payload json.RawMessage) (json.RawMessage, error) {
		select {
		case <-released:
			return invoke(ctx, function, payload)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return func() { close(released) }
}

// postTwice sends a form twice, as two tabs do, and returns the page that both lead to.
func (s *site) postTwice(path, token string) (address string) {
	s.Helper()
	for range 2 {
		answer, body := s.ask(http.MethodPost, path, nil, url.Values{"token": {token}})
		if answer.StatusCode != http.StatusSeeOther {
			s.Fatalf("POST %s: %s\n%s", path, answer.Status, text(body))
		}
		if shown := answer.Header.Get("Location"); address != "" && address != shown {
			s.Errorf("the second form leads to %s, the first to %s", shown, address)
		}
		address = answer.Header.Get("Location")
	}
	return address
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func TestRedriveFromASecondTabStartsOneRun(t *testing.T) {
	t.Parallel()
	var repaired atomic.Bool
	e, m := newEngine(t, &repaired)
	x := e.Run(t.Context(), m, "run-1", json.RawMessage(`{}`))
	release := wait(e)
	s := newSite(t, Options{Executions: e})
	token := tokenField.FindStringSubmatch(s.get("/executions/" + x.ARN))[1]
	address := s.postTwice("/redrive/"+x.ARN, token)
	release()
	<-x.Done()
	if n := x.Describe().RedriveCount; address != "/executions/"+x.ARN || n != 1 {
		t.Errorf("%d redrives, shown at %s", n, address)
	}
}

func TestCollectAgainTwiceStartsOneRun(t *testing.T) {
	t.Parallel()
	var repaired atomic.Bool
	repaired.Store(true)
	e, m := newEngine(t, &repaired)
	release := wait(e)
	var newest *asl.Execution
	s := newSite(t, Options{Executions: e, CollectAgain: func(ctx context.Context, _ Rerun) (string, error) {
		x, err := e.Start(ctx, m, "again-"+string(rune('1'+len(e.List()))), json.RawMessage(`{}`))
		if err != nil {
			return "", err
		}
		newest = x
		return x.ARN, nil
	}})
	cell := regexp.MustCompile(`href="(/coverage/\d{12}/kms)"`).FindStringSubmatch(s.get("/coverage"))[1]
	token := tokenField.FindStringSubmatch(s.get(cell))[1]
	s.postTwice(cell+"/run", token)
	release()
	<-newest.Done()
	if n := len(e.List()); n != 1 {
		t.Errorf("%d executions, want 1", n)
	}
	s.ask(http.MethodPost, cell+"/run", nil, url.Values{"token": {token}})
	<-newest.Done()
	if n := len(e.List()); n != 2 {
		t.Errorf("%d executions after the first has ended, want 2", n)
	}
}

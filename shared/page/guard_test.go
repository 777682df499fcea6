package page

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/sql"
)

func TestResponsesHaveSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	for _, address := range []string{"/", "/coverage", "/data/view_kms_keys", "/data/view_kms_keys/csv", "/nowhere", "/assets/style.css"} {
		answer, body := s.ask(http.MethodGet, address, nil, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := answer.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", address, name, got, want)
			}
		}
		// The policy lets none of these work.
		if found := regexp.MustCompile(`(?i) style=| on[a-z]+="|<script>|<style|javascript:|(src|href|action)="https?://`).FindString(body); found != "" && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s holds %q", address, found)
		}
	}
}

func TestNoFolderIsListed(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	for _, address := range []string{"/assets/", "/assets/x/"} {
		if answer, body := s.ask(http.MethodGet, address, nil, nil); answer.StatusCode != http.StatusNotFound || strings.Contains(body, "style.css") {
			t.Errorf("%s: %s\n%s", address, answer.Status, body)
		}
	}
}

func TestPageAnswersOnlyToItsOwnName(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for host, status := range map[string]int{
		"127.0.0.1" + port: http.StatusOK, "localhost" + port: http.StatusOK, "[::1]" + port: http.StatusOK,
		"rebound.example.com" + port: http.StatusMisdirectedRequest, "127.0.0.1": http.StatusMisdirectedRequest,
		"127.0.0.1.example.com" + port: http.StatusMisdirectedRequest, "": http.StatusMisdirectedRequest,
	} {
		if host == "" {
			continue // net/http fills it in
		}
		if answer, _ := s.ask(http.MethodGet, "/", map[string]string{"Host": host}, nil); answer.StatusCode != status {
			t.Errorf("Host %q: got %s, want %d", host, answer.Status, status)
		}
	}
}

func TestCollectAgainIsNotForged(t *testing.T) {
	t.Parallel()
	runs := 0
	s := newSite(t, Options{CollectAgain: func(context.Context, Rerun) (string, error) { runs++; return "arn", nil }})
	const cell = "/coverage/111122223333/guardduty"
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(s.get(cell))[1]
	for _, c := range []struct {
		name   string
		header map[string]string
		token  string
		status int
	}{
		{"another site's form", map[string]string{"Sec-Fetch-Site": "cross-site"}, token, http.StatusForbidden},
		{"another port of this machine", map[string]string{"Sec-Fetch-Site": "same-site"}, token, http.StatusForbidden},
		{"an old browser on another site", map[string]string{"Origin": "http://evil.example.com"}, token, http.StatusForbidden},
		{"no token", map[string]string{"Sec-Fetch-Site": "same-origin"}, "", http.StatusForbidden},
		{"a guessed token", map[string]string{"Sec-Fetch-Site": "same-origin"}, "guess", http.StatusForbidden},
		{"a name that resolves to this machine", map[string]string{"Host": "rebound.example.com"}, token, http.StatusMisdirectedRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s.in(t)
			answer, _ := s.ask(http.MethodPost, cell+"/run", c.header, url.Values{"token": {c.token}})
			if answer.StatusCode != c.status || runs != 0 {
				t.Errorf("got %s and %d runs, want %d and none", answer.Status, runs, c.status)
			}
		})
	}
	t.Run("by GET", func(t *testing.T) {
		s := s.in(t)
		if answer, _ := s.ask(http.MethodGet, cell+"/run?token="+token, nil, nil); answer.StatusCode == http.StatusSeeOther || runs != 0 {
			t.Errorf("got %s and %d runs", answer.Status, runs)
		}
	})
	t.Run("the page's own form", func(t *testing.T) {
		s := s.in(t)
		answer, _ := s.ask(http.MethodPost, cell+"/run", map[string]string{"Sec-Fetch-Site": "same-origin"}, url.Values{"token": {token}})
		if answer.StatusCode != http.StatusSeeOther || runs != 1 {
			t.Errorf("got %s and %d runs, want a redirect and one run", answer.Status, runs)
		}
	})
}

func TestThePageCannotWrite(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	if _, err := pgtest.Open(t, url).Exec(t.Context(), sql.Roles); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.OpenPool(t.Context(), url, 1, postgres.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, statement := range []string{"create table x (y int)", "delete from accounts", "select * from accounts", "select nextval('accounts_id_seq')"} {
		err := database{pool}.read(t.Context(), statementTimeout, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), statement)
			return err
		})
		if err == nil {
			t.Errorf("%s: nothing refused it", statement)
		}
	}
}

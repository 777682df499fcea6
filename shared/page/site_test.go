package page

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"view360/shared/pgtest"
	"view360/shared/postgres"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	pgtest.RunMain(m)
}

// site serves the page over a database of its own.
type site struct {
	testing.TB
	*httptest.Server
	database string
}

// newSite serves the page over the fixture, as of 20 March 2026.
func newSite(t testing.TB, o Options) *site {
	t.Helper()
	fixture, err := os.ReadFile("testdata/fixture.sql")
	if err != nil {
		t.Fatal(err)
	}
	return newSiteOver(t, o, string(fixture))
}

// newSiteOver serves the page over an empty database in which statements have run.
func newSiteOver(t testing.TB, o Options, statements string) *site {
	t.Helper()
	s := &site{TB: t, database: pgtest.URL(t)}
	if _, err := pgtest.Open(t, s.database).Exec(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.OpenPool(t.Context(), s.database, 4, postgres.ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.Server = httptest.NewUnstartedServer(nil)
	o.Pool = pool
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC) }
	}
	shown, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = Guard(s.Listener.Addr().String(), shown)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// in returns a site that reports to a subtest.
func (s *site) in(t testing.TB) *site {
	within := *s
	within.TB = t
	return &within
}

// get returns the body of a page, which must exist.
func (s *site) get(address string) string {
	s.Helper()
	answer, body := s.ask(http.MethodGet, address, nil, nil)
	if answer.StatusCode != http.StatusOK {
		s.Fatalf("GET %s: %s\n%s", address, answer.Status, text(body))
	}
	return body
}

// ask sends one request without following redirects.
func (s *site) ask(method, address string, header map[string]string, form url.Values) (*http.Response, string) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.URL+address, strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		if request.Header.Set(name, value); name == "Host" {
			request.Host = value
		}
	}
	client := http.Client{Transport: s.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer, string(body)
}

// text returns the visible text of a page in one line.
func text(body string) string {
	var words strings.Builder
	inside := false
	for _, r := range body {
		switch {
		case r == '<':
			inside = true
		case r == '>':
			inside = false
			words.WriteByte(' ')
		case !inside:
			words.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(words.String()), " ")
}

// expect reports each text that a page does not show.
func (s *site) expect(body string, texts ...string) {
	s.Helper()
	shown := text(body)
	for _, want := range texts {
		if !strings.Contains(shown, want) {
			s.Errorf("%q is not in the page:\n%s", want, shown)
		}
	}
}

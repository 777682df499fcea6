package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// asProgram makes the test binary the program itself, so that it can be killed.
const asProgram = "RECEIVER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	pgtest.RunMain(m)
}

// site is a bucket behind a proxy that sees every request, and a database.
type site struct {
	testing.TB
	store    *object.Store
	database string
	log      string
	environ  []string
	requests atomic.Int64
	onCall   atomic.Pointer[func(int64)] // called with the number of the request, before the response
}

func newSite(t testing.TB) *site {
	t.Helper()
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	s := &site{TB: t, store: object.New(disk.Client(), "data", object.Options{}), database: pgtest.URL(t)}
	s.log = filepath.Join(t.TempDir(), "receiver.log")
	target, err := url.Parse(disk.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if onCall := s.onCall.Load(); onCall != nil {
			(*onCall)(s.requests.Add(1))
		}
		r.Host = target.Host
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	login, err := disk.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.environ = append(os.Environ(), asProgram+"=1", "AWS_ENDPOINT_URL="+proxy.URL, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID="+login.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+login.SecretAccessKey, "AWS_EC2_METADATA_DISABLED=true",
		"DATA_BUCKET=data", "DATABASE_URL="+s.database, "RECEIVER_LOG="+s.log)
	return s
}

// program is the receiver as a process of its own.
func (s *site) program(args ...string) *exec.Cmd {
	s.Helper()
	program, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.CommandContext(s.Context(), program, args...)
	cmd.Env = s.environ
	return cmd
}

var accounts = []string{"111122223333", "222233334444"}

func (s *site) fill() {
	s.Helper()
	for _, account := range accounts {
		for day := 11; day < 13; day++ {
			key := fmt.Sprintf("data/%s/eu-west-1/2026-03-%d_DAILY.json", account, day)
			body := fmt.Sprintf(`{"account":{"account_id":%q,"account_name":"shop","region":"eu-west-1"},"config":[],"service":[],
				"cost":[],"security":{"kms":[{"key_id":"a"},{"key_id":"day-%d"}]},"inventory":[],"marketplace":[],
				"trusted_advisor":[],"health":[],"application":[],"resilience_hub":[],"logs":{"account_status":"Pass"}}`, account, day)
			if _, err := s.store.Put(s.Context(), key, strings.NewReader(body)); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// secondCopy is the time in the name of an archived object that was there already: a kill between copy and deletion makes
// the next receiver copy again.
var secondCopy = regexp.MustCompile(`\.\d{8}T\d{6}Z\.json$`)

// content is the content of database and bucket, without surrogate ids and load times.
func (s *site) content() []string {
	s.Helper()
	rows, err := pgtest.Open(s, s.database).Query(s.Context(), `
		select 'account ' || account_id || region from accounts
		union all select 'key ' || a.account_id || key_id from kms_keys k join accounts a on a.id = k.account_id
		union all select 'log ' || a.account_id || l.account_status from logs l join accounts a on a.id = l.account_id`)
	if err != nil {
		s.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.Fatal(err)
	}
	err = s.store.List(s.Context(), "", func(v object.Version) error {
		if !secondCopy.MatchString(v.Key) {
			lines = append(lines, v.Key)
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// logged are the messages of the log with their counts.
func (s *site) logged() map[string]int {
	s.Helper()
	text, err := os.ReadFile(s.log)
	if err != nil {
		s.Fatal(err)
	}
	messages := map[string]int{}
	for line := range strings.Lines(string(text)) {
		var entry struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			s.Errorf("the log has a line that is not JSON: %s", line)
		}
		messages[entry.Msg]++
	}
	return messages
}

func TestKilledReceiverLosesAndDoublesNothing(t *testing.T) {
	undisturbed := newSite(t)
	undisturbed.fill()
	undisturbed.onCall.Store(new(func(int64) {}))
	if out, err := undisturbed.program("drain").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, requests := undisturbed.content(), undisturbed.requests.Load()
	if messages := undisturbed.logged(); messages["received"] != 4 || messages["drained"] != 1 {
		t.Fatalf("the log has %v", messages)
	}

	for at := int64(2); at < requests-2; at += 5 {
		t.Run(fmt.Sprintf("at request %d of %d", at, requests), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.fill()
			victim := s.program("drain")
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			s.onCall.Store(new(func(request int64) {
				if request == at {
					_ = victim.Process.Kill() // Wait returns how it ended
				}
			}))
			if err := victim.Wait(); err == nil {
				t.Fatal("the receiver was not killed")
			}
			s.onCall.Store(nil)
			if slices.Equal(s.content(), want) {
				t.Fatal("everything was done before the kill: kill earlier")
			}
			s.drainUntilEmpty()
			if diff := cmp.Diff(want, s.content()); diff != "" {
				t.Errorf("undisturbed against killed and started again:\n%s", diff)
			}
		})
	}
}

// drainUntilEmpty starts the receiver until nothing waits: the server may take a moment to notice that a killed process
// has gone, and meanwhile its object is busy.
func (s *site) drainUntilEmpty() {
	s.Helper()
	for range 20 {
		if out, err := s.program("drain").CombinedOutput(); err != nil {
			s.Fatalf("started again: %v\n%s", err, out)
		}
		waiting := 0
		if err := s.store.List(s.Context(), snapshot.DataPrefix, func(object.Version) error { waiting++; return nil }); err != nil {
			s.Fatal(err)
		}
		if waiting == 0 {
			return
		}
	}
	s.Fatal("objects still wait after 20 drains")
}

func TestExitCodesNameTheFailure(t *testing.T) {
	s := newSite(t)
	s.fill()
	conn := pgtest.Open(t, s.database)
	if _, err := conn.Exec(t.Context(), "alter table kms_keys add constraint broken check (key_id <> 'day-12')"); err != nil {
		t.Fatal(err)
	}
	cmd := s.program("drain", "--at-once", "1")
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitPartial {
		t.Errorf("with two snapshots that fail: %v, want exit code %d", err, exitPartial)
	}
	if messages := s.logged(); messages["received"] != 2 {
		t.Errorf("the log has %v", messages)
	}
	cmd = s.program("drain", "--database-url", strings.Replace(s.database, "?", "-missing?", 1))
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "does not exist") {
		t.Errorf("without a database: %v, want exit code %d\n%s", err, exitFailed, out)
	}
	if messages := s.logged(); messages["drained"] != 1 || messages["stopped"] != 1 {
		t.Errorf("the log has %v, want one drain that came to its end and one that did not", messages)
	}
}

func TestReceiverWatchesUntilItIsTerminated(t *testing.T) {
	s := newSite(t)
	watcher := s.program("drain", "--watch", "--every", "1s")
	if err := watcher.Start(); err != nil {
		t.Fatal(err)
	}
	listed := make(chan struct{}, 100)
	s.onCall.Store(new(func(int64) {
		select {
		case listed <- struct{}{}:
		default:
		}
	}))
	<-listed // it is up
	s.fill()
	for range 4 * 5 { // requests that loading needs at least
		<-listed
	}
	if err := watcher.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Wait(); err != nil {
		t.Errorf("watching ended with %v", err)
	}
}

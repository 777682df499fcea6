package test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/migrate"
	"view360/shared/object"
	"view360/shared/postgres"
)

var (
	kills       = flag.Int("kills", 120, "how often loaders are killed")
	serverKills = flag.Int("server-kills", 6, "how often the database server is killed")
)

// messagesOfALoad is about what a loader sends for one snapshot: a kill within it lets the loaders get on a little, so
// that a campaign ends.
const messagesOfALoad = 600

// TestKilledLoadersLoseAndDoubleNothing kills two loaders at once at random messages to the database, and repeats it
// until nothing waits.
func TestKilledLoadersLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	snapshots := buildDays()
	want := loadUndisturbed(t, snapshots...)
	random := rand.New(rand.NewPCG(1, 2))
	killed, campaigns := 0, 0
	for ; killed < *kills; campaigns++ {
		s := newSite(t, snapshots...)
		for finished := false; !finished; {
			var killedNow int
			killedNow, finished = s.killLoadersAt(1 + random.Int64N(messagesOfALoad))
			killed += killedNow
		}
		if diff := cmp.Diff(want, readContents(t, s.pool)); diff != "" {
			t.Fatalf("campaign %d, killed %d times so far:\n%s", campaigns, killed, diff)
		}
	}
	t.Attr("tried", fmt.Sprintf("%d loaders killed at random messages to the database, two at once", killed))
	t.Logf("killed %d loaders in %d campaigns over %d snapshots: none lost or doubled a row", killed, campaigns, len(snapshots))
}

// killLoadersAt runs two loaders and kills both when the message comes. It reports whether they finished before.
func (s *site) killLoadersAt(message int64) (killed int, finished bool) {
	s.Helper()
	first, second := s.buildLoader(), s.buildLoader()
	var said bytes.Buffer
	first.Stderr = &said
	s.wire.watch(nil)
	if err := first.Start(); err != nil {
		s.Fatal(err)
	}
	if err := second.Start(); err != nil {
		s.Fatal(err)
	}
	var hit atomic.Bool
	s.wire.watch(func(n int64) bool {
		if n == message {
			hit.Store(true)
			_, _ = first.Process.Kill(), second.Process.Kill() // Wait tells
		}
		return true
	})
	failure, _ := first.Wait(), second.Wait() // the second one may lose races for objects
	s.wire.watch(nil)
	waiting := 0
	if err := s.store.List(s.Context(), "data/", func(object.Version) error { waiting++; return nil }); err != nil {
		s.Fatal(err)
	}
	if failure != nil && !hit.Load() && !strings.Contains(said.String(), "replaced") {
		s.Fatalf("a loader that nobody killed: %v\n%s", failure, said.String())
	}
	if hit.Load() {
		killed = 2
	}
	return killed, waiting == 0
}

// TestKilledServerKeepsConfirmedRows kills the database server at random messages. Confirmed rows exist after
// its recovery.
func TestKilledServerKeepsConfirmedRows(t *testing.T) {
	t.Parallel()
	snapshots := buildDays()[:2]
	want := loadUndisturbed(t, snapshots...)
	dir := t.TempDir()
	server, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	if _, err := migrate.Run(t.Context(), server.URL, migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	s := newSiteOn(t, server.URL, snapshots...)
	random := rand.New(rand.NewPCG(3, 4))
	killed := 0
	for killed < *serverKills {
		postmaster := s.readPostmasterID()
		at := 1 + random.Int64N(messagesOfALoad)
		var hit atomic.Bool
		s.wire.watch(func(n int64) bool {
			if n == at {
				hit.Store(true)
				process, _ := os.FindProcess(postmaster)
				_ = process.Kill() // it is there: it has just said its id
			}
			return true
		})
		_ = s.buildLoader().Run() // it fails, or has nothing left to ask of the server
		s.wire.watch(nil)
		if !hit.Load() {
			break // all was loaded before the message
		}
		killed++
		_ = server.Stop() // nothing is left to stop
		if server, err = postgres.Start(t.Context(), postgres.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		s.pool.Reset()
	}
	s.wire.watch(nil)
	if out, err := s.buildLoader().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(want, readContents(t, s.pool)); diff != "" {
		t.Error(diff)
	}
	t.Attr("tried", fmt.Sprintf("the database server killed %d times at random messages of a load", killed))
	t.Logf("killed the server %d times: what it had confirmed was there, and nothing twice", killed)
}

// readPostmasterID returns the process id of the database server.
func (s *site) readPostmasterID() int {
	s.Helper()
	file := queryTexts(s, s.pool, "select current_setting('data_directory') || '/postmaster.pid'")[0]
	content, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	id, err := strconv.Atoi(first)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

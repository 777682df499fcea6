package postgres

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// TestMain lets the test binary stand for a program that uses a database: with holdDir set it starts a server, prints
// its URL and waits to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(holdDir); dir != "" {
		hold(dir)
	}
	goleak.VerifyTestMain(m)
}

const holdDir = "VIEW360_TEST_HOLD_DIR"

func hold(dir string) {
	s, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString(s.URL + "\n")
	select {}
}

// folder returns a folder that the server of root can reach, which that of t.TempDir is not everywhere.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "view360-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := Connect(t.Context(), url, ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestStartServesOneFolderPrivately(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, Options{Dir: dir})
	execute(t, first.URL, "create table kept (n int)")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, Options{Dir: dir})
	execute(t, second.URL, "insert into kept values (1)")
	if first.URL != second.URL {
		t.Errorf("the URL changed from %s to %s", first.URL, second.URL)
	}

	t.Run("other local users cannot connect", func(t *testing.T) {
		config, err := pgx.ParseConfig(second.URL)
		if err != nil {
			t.Fatal(err)
		}
		config.Password = "guess"
		if conn, err := pgx.ConnectConfig(t.Context(), config); err == nil {
			conn.Close(t.Context())
			t.Error("a wrong password was accepted")
		}
		info, err := os.Stat(filepath.Join(dir, "password"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the password file has mode %v", info.Mode())
		}
	})

	t.Run("a folder has one server", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := Start(ctx, Options{Dir: dir}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second start on the folder gave %v", err)
		}
	})
}

func TestStartWithURLStartsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, Options{URL: "postgres://elsewhere", Dir: "/nonexistent"})
	if s.URL != "postgres://elsewhere" {
		t.Errorf("URL is %s", s.URL)
	}
}

func TestEphemeralServerLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{Dir: dir, Ephemeral: true})
	if _, err := os.Stat(filepath.Join(dir, "data")); err != nil {
		t.Errorf("the data are not in the folder: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// TestKilledProgramKeepsItsData kills the program that uses a database. Its server must go away, and the next start must find the
// data.
func TestKilledProgramKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), holdDir+"="+dir)
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	execute(t, strings.TrimSpace(url), "create table kept (n int)")
	if err := program.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // it was killed

	s := start(t, Options{Dir: dir}) // waits until the old server has let the folder go
	execute(t, s.URL, "insert into kept values (1)")
}

// TestUnfinishedFirstStartIsRepeated starts on the rest of a first start that was killed while initdb ran.
func TestUnfinishedFirstStartIsRepeated(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.MkdirAll(filepath.Join(dir, "data", "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	execute(t, start(t, Options{Dir: dir}).URL, "select 1")
}

// TestStaleProcessIDIsIgnored starts on the rest of a machine that lost power: the file names a process that is another now.
func TestStaleProcessIDIsIgnored(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, Options{Dir: dir})
	pidFile := filepath.Join(dir, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	if err := os.WriteFile(pidFile, []byte("1\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	execute(t, start(t, Options{Dir: dir}).URL, "select 1")
}

func TestStartReportsTheLog(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := start(t, Options{Dir: dir}).Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "postgresql.conf"), []byte("no_such_setting = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("the error does not say what is wrong: %v", err)
	}
}

func TestFreshServerIsEmpty(t *testing.T) {
	dir := folder(t)
	for _, fresh := range []bool{false, true} {
		s := start(t, Options{Dir: dir, Fresh: fresh})
		conn, err := pgx.Connect(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "create table once ()"); err != nil {
			t.Errorf("fresh %t: %v", fresh, err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
}

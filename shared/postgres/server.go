// Package postgres finds or starts a PostgreSQL server and connects to it.
//
// A server that it starts belongs to the program: it listens on the loopback address with a random password, and it
// stops when the program stops, even when the program is killed. See https://www.postgresql.org/docs/15/runtime.html.
package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Names inside a server that Start started.
const (
	superuser       = "view360"
	initialDatabase = "postgres"
)

// stopTimeout bounds a fast shutdown, which waits for no client but writes a checkpoint.
const stopTimeout = 60 * time.Second

//go:embed keeper.sh
var keeper string

// Options says which server to use.
type Options struct {
	// URL names a running server. Nothing is started, and the other options have no meaning.
	URL string
	// Dir keeps the data, the password and the log of the server. It is created if it is missing.
	Dir string
	// Ephemeral servers trade durability for speed, and their Dir is removed when they stop.
	Ephemeral bool
	// BinDir is the folder of initdb and postgres; empty means to look for them, and to download them if there are none.
	BinDir string
}

// Server is a server that can be connected to.
type Server struct {
	// URL is the connection string, password included.
	URL string

	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when the server has gone
}

// Start returns the server of opts.URL, or starts one on opts.Dir and waits until it answers. The first start makes a
// new cluster. A folder is used by one server at a time: Start waits for the one of a program that has just been
// killed, and fails when another program keeps using the folder.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.URL != "" {
		return &Server{URL: opts.URL}, nil
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolving %s: %w", opts.Dir, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating the folder of the database: %w", err)
	}
	lock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer lock.Close() // the server has inherited it
	c, err := openCluster(ctx, dir, opts)
	if err != nil {
		return nil, err
	}
	return c.start(ctx, lock)
}

// start runs the server under the keeper and waits until it answers.
func (c *cluster) start(ctx context.Context, lock *os.File) (*Server, error) {
	port, err := c.choosePort()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(c.dir, "postgres.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("creating the log of the database: %w", err)
	}
	defer log.Close()

	stopSignal, remove := "INT", ""
	if c.ephemeral {
		stopSignal, remove = "QUIT", c.dir
	}
	args := append([]string{"-c", keeper, "view360-postgres", stopSignal, remove}, c.serverCommand(port)...)
	cmd := c.command("/bin/sh", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the database: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the database: %w", err)
	}
	s := &Server{URL: c.url(port), cmd: cmd, stdin: stdin, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in the log
		close(s.done)
	}()
	if err := s.waitUntilReady(ctx); err != nil {
		tail := lastLines(log.Name(), 5)
		return nil, errors.Join(fmt.Errorf("starting the database in %s: %w\n%s", c.dir, err, tail), s.Stop())
	}
	return s, nil
}

// serverCommand returns the command line of the server. Settings that are not given here are PostgreSQL's defaults.
func (c *cluster) serverCommand(port int) []string {
	command := []string{
		filepath.Join(c.binDir, "postgres"), "-D", c.data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=",
		"-c", "shared_buffers=128MB",
		"-c", "max_wal_size=2GB",
		"-c", "jit=off",
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
	}
	if c.ephemeral {
		command = append(command, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	return command
}

func (c *cluster) url(port int) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     initialDatabase,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// choosePort prefers the port of the last start, so that a connection string that a user keeps stays right.
func (c *cluster) choosePort() (int, error) {
	file := filepath.Join(c.dir, "port")
	preferred, _ := os.ReadFile(file) // missing on the first start
	for _, port := range []string{strings.TrimSpace(string(preferred)), "0"} {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			continue
		}
		chosen := listener.Addr().(*net.TCPAddr).Port
		if err := listener.Close(); err != nil {
			return 0, fmt.Errorf("choosing a port: %w", err)
		}
		if err := os.WriteFile(file, []byte(strconv.Itoa(chosen)+"\n"), 0o644); err != nil {
			return 0, fmt.Errorf("remembering the port: %w", err)
		}
		return chosen, nil
	}
	return 0, errors.New("choosing a port: none is free on 127.0.0.1")
}

// waitUntilReady returns when the server accepts connections, and an error when it ends instead.
func (s *Server) waitUntilReady(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.done:
			return errors.New("the server ended; the end of its log:")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// Stop stops the server and waits until it has gone. It does nothing to a server that Start did not start.
func (s *Server) Stop() error {
	if s.cmd == nil {
		return nil
	}
	if err := s.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("stopping the database: %w", err)
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(stopTimeout):
	}
	// The keeper leads a process group of its own, with the server in it.
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("killing the database: %w", err)
	}
	<-s.done
	return nil
}

func lastLines(file string, n int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

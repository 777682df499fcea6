package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Names inside a server that Start started.
const (
	superuser       = "view360"
	initialDatabase = "postgres"
)

//go:embed keeper.sh
var keeper string

// startServer runs the server under the keeper script and waits until it accepts connections.
func (c *cluster) startServer(ctx context.Context, lock *os.File) (*Server, error) {
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
	args := append([]string{"-c", keeper, "view360-postgres", stopSignal, remove}, c.buildServerCommand(port)...)
	cmd := c.buildCommand("/bin/sh", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the database: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the database: %w", err)
	}
	s := &Server{URL: c.buildURL(port), cmd: cmd, stdin: stdin, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the server's log has the reason
		close(s.done)
	}()
	if err := s.waitUntilReady(ctx); err != nil {
		tail := readLastLines(log.Name(), 5)
		return nil, errors.Join(fmt.Errorf("starting the database in %s: %w; its log ends with\n%s", c.dir, err, tail), s.Stop())
	}
	return s, nil
}

// buildServerCommand returns the command line of the server. Other settings are PostgreSQL's defaults.
func (c *cluster) buildServerCommand(port int) []string {
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

func (c *cluster) buildURL(port int) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     initialDatabase,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// choosePort returns the port of the last start if it is free, so that a saved connection string stays valid, else any
// free port.
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
			return 0, fmt.Errorf("storing the port: %w", err)
		}
		return chosen, nil
	}
	return 0, errors.New("choosing a port: none is free on 127.0.0.1")
}

func readLastLines(file string, n int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// Package postgres finds or starts a PostgreSQL server and connects to it.
//
// A started server listens on the loopback address with a random password, and stops when the program stops, even when
// the program is killed. See https://www.postgresql.org/docs/15/runtime.html.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// stopTimeout bounds a fast shutdown, which waits for no client but writes a checkpoint.
const stopTimeout = 60 * time.Second

// Options selects the server.
type Options struct {
	// URL is the connection string of a running server. Start then starts no server and ignores the other options.
	URL string
	// Dir is the folder of the server's data, password and log. Start creates it if it is missing.
	Dir string
	// Ephemeral servers trade durability for speed, and their Dir is removed when they stop.
	Ephemeral bool
	// Fresh deletes the data of Dir once no other program uses it.
	Fresh bool
	// BinDir is the folder of initdb and postgres; if it is empty, Start searches for them, and downloads them if it finds
	// none.
	BinDir string
}

// Server is a running server.
type Server struct {
	// URL is the connection string, password included.
	URL string

	cmd   *exec.Cmd
	stdin io.Closer
	done  chan struct{} // closed when the server has stopped
}

// Start returns the server of opts.URL, or starts one on opts.Dir and waits until it accepts connections. The first start
// creates a cluster. A folder is used by one server at a time: Start waits for the server of a program that was just
// killed, and fails if another program uses the folder.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.URL != "" {
		return &Server{URL: opts.URL}, nil
	}
	if err := checkSystem(); err != nil {
		return nil, err
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
	return c.startServer(ctx, lock)
}

// waitUntilReady returns nil when the server accepts connections, and an error if it stops.
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
			return errors.New("the server stopped")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// Stop stops the server and waits until it has stopped. It has no effect on a server that Start did not start.
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
	if err := killGroup(s.cmd.Process); err != nil {
		return fmt.Errorf("killing the database: %w", err)
	}
	<-s.done
	return nil
}

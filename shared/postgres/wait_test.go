package postgres

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// waking is a server in front of the one of url that refuses the first connections as PostgreSQL does while it starts,
// and every other of them without a word, as a proxy does whose database sleeps.
func waking(t *testing.T, server string, refusals int64) (address string, asked *atomic.Int64) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	target := u.Host
	asked = &atomic.Int64{}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			n := asked.Add(1)
			if n > refusals {
				go forward(client, target)
				continue
			}
			if n%2 == 1 {
				refuse(client)
			}
			_ = client.Close()
		}
	}()
	u.Host = listener.Addr().String()
	return u.String(), asked
}

// refuse answers the startup message. https://www.postgresql.org/docs/15/protocol-message-formats.html
func refuse(client net.Conn) {
	var length [4]byte
	if _, err := io.ReadFull(client, length[:]); err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, client, int64(binary.BigEndian.Uint32(length[:]))-4); err != nil {
		return
	}
	answer := pgproto3.ErrorResponse{Severity: "FATAL", Code: "57P03", Message: "the database system is starting up"}
	if text, err := answer.Encode(nil); err == nil {
		_, _ = client.Write(text)
	}
}

func forward(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, client) }()
	_, _ = io.Copy(client, server)
}

func TestConnectWaitsForAPausedServer(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: folder(t), Ephemeral: true})
	for name, connect := range map[string]func(url string) error{
		"a connection": func(url string) error {
			conn, err := Connect(t.Context(), url, ConnectOptions{})
			if err == nil {
				err = conn.Close(t.Context())
			}
			return err
		},
		"a pool": func(url string) error {
			pool, err := OpenPool(t.Context(), url, 1, ConnectOptions{})
			if err != nil {
				return err
			}
			defer pool.Close()
			conn, err := Acquire(t.Context(), pool)
			if err == nil {
				conn.Release()
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			url, asked := waking(t, s.URL, 3)
			if err := connect(url); err != nil {
				t.Fatal(err)
			}
			if got := asked.Load(); got != 4 {
				t.Errorf("connected with attempt %d, want the fourth", got)
			}
		})
	}
}

// TestLastErrorNamesTheCause checks the error after the last attempt.
func TestLastErrorNamesTheCause(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: folder(t), Ephemeral: true})
	asleep, _ := waking(t, s.URL, 1<<32)
	missing, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	missing.Path = "/missing"
	stranger := *missing
	stranger.User = url.UserPassword("nobody", "wrong")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = silent.Close()
	for name, test := range map[string]struct {
		url     string
		timeout time.Duration
		want    []string
	}{
		"asleep":        {asleep, time.Second, []string{"giving up"}},
		"nobody there":  {"postgres://u@" + silent.Addr().String() + "/db", time.Second, []string{silent.Addr().String(), "giving up", "refused", "check that the server runs"}},
		"no database":   {missing.String(), time.Minute, []string{missing.Host, `"missing" does not exist`, "create the database"}},
		"a wrong login": {stranger.String(), time.Minute, []string{missing.Host, "as nobody", "check the user's password"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
			defer cancel()
			pool, err := OpenPool(ctx, test.url, 1, ConnectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			_, err = Acquire(ctx, pool)
			if err == nil {
				t.Fatal("connected")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

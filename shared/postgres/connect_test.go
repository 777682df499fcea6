package postgres

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

func TestConnectAuthenticatesAndWaits(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: folder(t), Ephemeral: true})

	t.Run("names the program", func(t *testing.T) {
		conn, err := Connect(t.Context(), s.URL, ConnectOptions{Params: map[string]string{"search_path": "here"}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		var name, path string
		err = conn.QueryRow(t.Context(), "select current_setting('application_name'), current_setting('search_path')").Scan(&name, &path)
		if err != nil {
			t.Fatal(err)
		}
		if name != "view360" || path != "here" {
			t.Errorf("application_name %q, search_path %q", name, path)
		}
	})

	t.Run("settings do not depend on the database", func(t *testing.T) { checkSettings(t, s.URL) })

	t.Run("a token stands in for the password", func(t *testing.T) {
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		password, _ := u.User.Password()
		u.User = url.User(u.User.Username())
		asked := ""
		conn, err := Connect(t.Context(), u.String(), ConnectOptions{
			Token: func(_ context.Context, endpoint, user string) (string, error) {
				asked = user + "@" + endpoint
				return password, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if want := u.User.Username() + "@" + u.Host; asked != want {
			t.Errorf("token for %s, want %s", asked, want)
		}
	})

	t.Run("a refusal is final and says where", func(t *testing.T) { // L54
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "missing"
		began := time.Now()
		_, err = Connect(t.Context(), u.String(), ConnectOptions{})
		if err == nil || !strings.Contains(err.Error(), `connecting to database "missing" at `+u.Host) {
			t.Errorf("error is %v", err)
		}
		if time.Since(began) > 10*time.Second {
			t.Error("it was tried again")
		}
	})

	t.Run("a server that does not listen yet is waited for", func(t *testing.T) {
		stopped := start(t, Options{Dir: folder(t), Ephemeral: true})
		if err := stopped.Stop(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := Connect(ctx, stopped.URL, ConnectOptions{})
		if err == nil || !strings.Contains(err.Error(), "giving up") {
			t.Errorf("error is %v", err)
		}
	})
}

// TestConnectVerifiesTheServer connects to a server with a certificate of an unknown authority.
func TestConnectVerifiesTheServer(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(nil)
	t.Cleanup(secure.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			var sslRequest [8]byte
			if _, err := io.ReadFull(conn, sslRequest[:]); err == nil {
				_, _ = conn.Write([]byte("S"))
				_ = tls.Server(conn, secure.TLS).Handshake() // the client refuses
			}
			_ = conn.Close()
		}
	}()
	began := time.Now()
	_, err = Connect(t.Context(), "postgres://user@"+listener.Addr().String()+"/db?sslmode=verify-full", ConnectOptions{})
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error is %v", err)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("it was tried again")
	}
}

func TestIAMTokenIsSignedForTheHost(t *testing.T) {
	t.Parallel()
	cfg := aws.Config{Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "")}
	token, err := IAMToken(cfg)(t.Context(), "db.example.com:5432", "loader")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, "db.example.com:5432?Action=connect&DBUser=loader") {
		t.Errorf("token is %s", token)
	}
}

// checkSettings connects to a database whose defaults are others.
func checkSettings(t *testing.T, url string) {
	admin, err := Connect(t.Context(), url, ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	for _, setting := range []string{
		"search_path = other, public", "datestyle = 'German'", "timezone = 'Asia/Tokyo'", "standard_conforming_strings = off",
	} {
		if _, err := admin.Exec(t.Context(), "alter role current_user set "+setting); err != nil {
			t.Fatal(err)
		}
	}
	defer admin.Exec(t.Context(), "alter role current_user reset all") //nolint:errcheck // the server ends with the test
	conn, err := Connect(t.Context(), url, ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	pool, err := OpenPool(t.Context(), url, 1, ConnectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for name, value := range SessionParams {
		var ofConn, ofPool string
		if err := conn.QueryRow(t.Context(), "select current_setting($1)", name).Scan(&ofConn); err != nil {
			t.Fatal(err)
		}
		if err := pool.QueryRow(t.Context(), "select current_setting($1)", name).Scan(&ofPool); err != nil {
			t.Fatal(err)
		}
		if ofConn != value || ofPool != value {
			t.Errorf("%s is %q in a connection and %q in a pool, want %q", name, ofConn, ofPool, value)
		}
	}
}

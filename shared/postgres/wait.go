package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// wakePatience is enough for an Aurora cluster to resume from zero capacity (about 15 s, longer after a day).
	wakePatience = 60 * time.Second
	// attemptPatience bounds one attempt, which blocks while a cluster resumes.
	attemptPatience = 30 * time.Second
	firstPause      = 100 * time.Millisecond
	longestPause    = 5 * time.Second
	// firstNotice and nextNotice are when somebody who waits is told what for.
	firstNotice = 2 * time.Second
	nextNotice  = 5 * time.Second
)

// connectPatiently calls connect until it succeeds, while the server is paused, starting or full and ctx lasts; it starts
// no attempt after a minute. Its error contains the endpoint, the reason, and advice.
func connectPatiently[C any](ctx context.Context, config *pgx.ConnConfig, connect func(context.Context) (C, error)) (conn C, err error) {
	var cause error
	giveUp := time.Now().Add(wakePatience)
	for pause := firstPause; time.Now().Before(giveUp); pause = min(2*pause, longestPause) {
		if conn, err = connect(ctx); err == nil {
			return conn, nil
		}
		if cause == nil || ctx.Err() == nil { // a timeout would hide the reason
			cause = err
		}
		if ctx.Err() != nil || !isTemporary(err) {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return conn, describeFailure(config, cause)
}

// tellWaiting tells Waiting what is waited for until the returned function is called, which returns when Waiting has.
func (o ConnectOptions) tellWaiting(endpoint string, reason *atomic.Pointer[error]) (stop func()) {
	if o.Waiting == nil {
		return func() {}
	}
	ended, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		for next := firstNotice; ; next = nextNotice {
			select {
			case <-ended:
				return
			case <-time.After(next):
			}
			var last error
			if err := reason.Load(); err != nil {
				last = *err
			}
			o.Waiting(endpoint, last)
		}
	}()
	return func() { close(ended); <-told }
}

// isTemporary reports whether a server that refused a connection with err may accept one later.
func isTemporary(err error) bool {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		switch refusal.Code {
		case "57P01", "57P02", "57P03", // stopping, restarting, starting
			readOnlyServer,
			"53300": // too many connections
			return true
		}
		return false
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return false
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// describeFailure returns the error of a connection that could not be opened.
func describeFailure(config *pgx.ConnConfig, err error) error {
	prefix := ""
	if isTemporary(err) {
		prefix = "giving up: "
	}
	return fmt.Errorf("connecting to database %q at %s as %s: %s%w; %s", config.Database, formatEndpoint(config), config.User, prefix, err, buildAdvice(err))
}

// buildAdvice returns the next step for the operator.
func buildAdvice(err error) string {
	var refusal *pgconn.PgError
	var untrusted *tls.CertificateVerificationError
	var dns *net.DNSError
	switch {
	case errors.As(err, &refusal):
		switch refusal.Code {
		case "28000", "28P01":
			return "check the user's password; with IAM, check that the user has rds_iam and the caller rds-db:connect"
		case "3D000":
			return "create the database, or correct its name in the URL"
		case readOnlyServer:
			return "name the host of the writer, or wait for the failover to end"
		case readOnlyUser:
			return "use a user that may write, such as that of the loaders"
		case "53300":
			return "run fewer loaders at once or raise max_connections"
		}
		return "see the server's log"
	case errors.As(err, &untrusted):
		return "name the server's certificate authority with sslrootcert"
	case errors.As(err, &dns):
		return "correct the host in the URL"
	default:
		return "check that the server runs and that its firewall or security group lets this program in"
	}
}

package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// wakePatience covers an Aurora cluster that resumes from zero capacity (about 15 s, longer after a day).
	wakePatience = 60 * time.Second
	// attemptPatience is what one attempt gets: a cluster that resumes lets it wait.
	attemptPatience = 30 * time.Second
	firstPause      = 100 * time.Millisecond
	longestPause    = 5 * time.Second
)

// connectPatiently connects, and again while the server is asleep, starting or full, until ctx ends; after a minute it begins
// no other attempt. Its error says where, why, and what to look at.
func connectPatiently[C any](ctx context.Context, config *pgx.ConnConfig, connect func(context.Context) (C, error)) (conn C, err error) {
	var cause error
	giveUp := time.Now().Add(wakePatience)
	for pause := firstPause; time.Now().Before(giveUp); pause = min(2*pause, longestPause) {
		if conn, err = connect(ctx); err == nil {
			return conn, nil
		}
		if cause == nil || ctx.Err() == nil { // that time was up hides why
			cause = err
		}
		if ctx.Err() != nil || !mayPass(err) {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return conn, describeFailure(config, cause)
}

// mayPass reports whether a server that refused with err may accept later.
func mayPass(err error) bool {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		switch refusal.Code {
		case "57P01", "57P02", "57P03", // stopping, restarting, starting
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

// describeFailure is the last word about a database that could not be connected to.
func describeFailure(config *pgx.ConnConfig, err error) error {
	giving := ""
	if mayPass(err) {
		giving = "giving up: "
	}
	return fmt.Errorf("connecting to database %q at %s as %s: %s%w; %s", config.Database, formatEndpoint(config), config.User, giving, err, buildAdvice(err))
}

// buildAdvice is what to do about a refusal.
func buildAdvice(err error) string {
	var refusal *pgconn.PgError
	var untrusted *tls.CertificateVerificationError
	var dns *net.DNSError
	switch {
	case errors.As(err, &refusal):
		switch refusal.Code {
		case "28000", "28P01":
			return "check the user's password, or with IAM that it has rds_iam and the caller rds-db:connect"
		case "3D000":
			return "create the database, or correct its name in the URL"
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

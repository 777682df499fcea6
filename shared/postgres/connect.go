package postgres

import (
	"context"
	"fmt"
	"maps"
	"net"
	"strconv"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const applicationName = "view360"

// SessionParams are the settings of every session, because the defaults of a database and a role may be others: a schema
// in front of public could hold a table of the same name.
var SessionParams = map[string]string{
	"search_path":                 "public",
	"datestyle":                   "ISO, MDY",
	"timezone":                    "UTC",
	"standard_conforming_strings": "on",
}

// ConnectOptions are the settings of a connection. The zero value suits a URL with a password.
type ConnectOptions struct {
	// Params are session settings, such as search_path.
	Params map[string]string
	// Token returns the password. It is used only if the URL has no password.
	Token TokenFunc
	// Writes: a server that only reads, such as the writer before a failover, is waited for; a user that only reads is
	// refused.
	Writes bool
	// Waiting, if any, is told after two seconds, and again every five, that the server at endpoint (host:port) has not let
	// the program in, with the reason once there is one. Pools do not use it.
	Waiting func(endpoint string, reason error)
}

// TokenFunc returns a password for a user of the server at endpoint (host:port).
type TokenFunc func(ctx context.Context, endpoint, user string) (string, error)

// IAMToken returns a source of tokens that RDS and Aurora accept instead of a password. They are computed without a
// request and last 15 minutes; the role of cfg needs rds-db:connect. cfg must have a region.
func IAMToken(cfg aws.Config) TokenFunc {
	return func(ctx context.Context, endpoint, user string) (string, error) {
		return auth.BuildAuthToken(ctx, endpoint, cfg.Region, user, cfg.Credentials)
	}
}

// Connect opens a connection to the database of url. The URL selects the TLS verification; a certificate of RDS is always
// verified. Connect retries while the server is paused, starting or full, until ctx ends, at most for about a minute. Any
// other error is final.
func Connect(ctx context.Context, url string, opts ConnectOptions) (*pgx.Conn, error) {
	config, err := BuildConfig(ctx, url, opts)
	if err != nil {
		return nil, err
	}
	var reason atomic.Pointer[error]
	defer opts.tellWaiting(formatEndpoint(config), &reason)()
	return connectPatiently(ctx, config, func(ctx context.Context) (*pgx.Conn, error) {
		conn, err := pgx.ConnectConfig(ctx, config)
		reason.Store(&err)
		return conn, err
	})
}

// BuildConfig returns the configuration that Connect uses. A token in it lasts 15 minutes.
func BuildConfig(ctx context.Context, url string, opts ConnectOptions) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the database URL: %w", err)
	}
	if err := opts.applyTo(&config.Config); err != nil {
		return nil, err
	}
	if opts.Token != nil && config.Password == "" {
		config.Password, err = opts.Token(ctx, formatEndpoint(config), config.User)
		if err != nil {
			return nil, fmt.Errorf("building a database token: %w", err)
		}
	}
	return config, nil
}

// applyTo sets what connections and pools have in common: all but the password.
func (o ConnectOptions) applyTo(config *pgconn.Config) error {
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = applicationName
	}
	maps.Copy(config.RuntimeParams, SessionParams)
	maps.Copy(config.RuntimeParams, o.Params)
	config.ConnectTimeout = min(config.ConnectTimeout, attemptPatience)
	if o.Writes {
		config.ValidateConnect = validateWriter
	}
	return verifyRDS(config)
}

func formatEndpoint(config *pgx.ConnConfig) string {
	return net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
}

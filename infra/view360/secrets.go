package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// hidePassword returns a connection string of PostgreSQL, as a URL without its passwords, to show to people.
func hidePassword(connection string) string {
	if u, err := url.Parse(connection); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		if u.User != nil {
			u.User = url.User(u.User.Username())
		}
		query := u.Query()
		query.Del("password")
		query.Del("sslpassword")
		u.RawQuery = query.Encode()
		return u.String()
	}
	config, err := pgx.ParseConfig(connection)
	if err != nil {
		return "the database of --database-url"
	}
	address := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	return (&url.URL{Scheme: "postgres", User: url.User(config.User), Host: address, Path: "/" + config.Database}).String()
}

// describeClient returns the shell command that opens the database, without its password: that of the embedded server is
// in a file, and the user knows that of another one.
func (d *database) describeClient() string {
	command := fmt.Sprintf("psql '%s'", hidePassword(d.URL))
	if d.passwordFile == "" {
		return command
	}
	return fmt.Sprintf(`PGPASSWORD="$(cat '%s')" %s`, d.passwordFile, command)
}

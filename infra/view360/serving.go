package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/migrate"
	"view360/shared/page"
	"view360/shared/postgres"
)

type serveCommand struct {
	Listen string `help:"Loopback address of the page." default:"127.0.0.1:8360" placeholder:"HOST:PORT"`
	databaseFlag
	deploymentFlags
}

// Help returns the text of serve --help.
func (serveCommand) Help() string {
	return `Serves the page over what collect and load have stored, or over the database of a deployment, until Ctrl-C. It only
reads: the role of the dashboards suffices. With credentials for a deployment, or --endpoint-url, the page lists its
executions, redrives them and collects again, as far as the credentials allow it.

Examples:
  ` + calledAs + ` serve
  ` + calledAs + ` serve --database-url 'postgres://view360_dashboard@127.0.0.1:15432/core?sslmode=verify-ca&sslrootcert=global-bundle.pem'
  ` + calledAs + ` serve --profile hub --database-url postgres://view360_dashboard@db.example.com/core?sslmode=verify-full`
}

// Run serves the page until ctx ends.
func (c serveCommand) Run(ctx context.Context, g *globals, out *output) error {
	listener, err := listenOnLoopback(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	pool, closeDatabase, err := c.openDatabase(ctx, g, out)
	if err != nil {
		return err
	}
	defer closeDatabase()
	options := page.Options{Pool: pool}
	executions, err := c.findExecutions(ctx, out)
	if err != nil {
		return err
	}
	if executions != nil {
		options.Executions, options.CollectAgain = executions, executions.collectAgain
	}
	shown, err := page.New(options)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: page.Guard(c.Listen, shown), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer server.Close()
	fmt.Fprintf(out.err, "The page is at http://%s until Ctrl-C.\n", c.Listen)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("serving the page: %w", err)
	}
}

// openDatabase opens the stored or the named database for reading. The stored one is this program's: it is upgraded.
func (c serveCommand) openDatabase(ctx context.Context, g *globals, out *output) (pool *pgxpool.Pool, closeAll func(), err error) {
	url, stop := c.DatabaseURL, func() {}
	if url == "" {
		server, stopServer, err := startStoredDatabase(ctx, g)
		if err != nil {
			return nil, nil, err
		}
		url, stop = server.URL, stopServer
		if _, err := migrate.Run(ctx, url, migrate.Options{Waiting: out.sayWaiting}); err != nil {
			stop()
			return nil, nil, err
		}
	}
	reads := postgres.ConnectOptions{Params: map[string]string{"default_transaction_read_only": "on"}, Waiting: out.sayWaiting}
	conn, err := postgres.Connect(ctx, url, reads) // a pool says what is wrong only when somebody looks at the page
	if err == nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // it answered
		pool, err = postgres.OpenPool(ctx, url, connections, reads)
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return pool, func() { pool.Close(); stop() }, nil
}

// lookupTimeout bounds the search for a deployment that the user did not name.
const lookupTimeout = 10 * time.Second

// findExecutions returns the executions of the deployment that the flags name. Of a database alone, it looks for a
// deployment with the default credentials, and says why there is none; of the local state, it returns nil.
func (c serveCommand) findExecutions(ctx context.Context, out *output) (*remoteExecutions, error) {
	named := c.EndpointURL != "" || len(c.StateMachineARN) > 0 || c.HubRegion != "" || c.Profile != ""
	if !named && c.DatabaseURL == "" {
		return nil, nil
	}
	search, cancel := ctx, context.CancelFunc(func() {})
	if !named {
		search, cancel = context.WithTimeout(ctx, lookupTimeout)
	}
	defer cancel()
	machines, err := c.findStateMachines(search)
	switch {
	case err == nil:
		return newRemoteExecutions(ctx, machines)
	case named:
		return nil, err
	default:
		fmt.Fprintf(out.err, "Executions are not shown: %s\n", describeError(err))
		return nil, nil
	}
}

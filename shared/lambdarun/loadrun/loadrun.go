// Package loadrun is lambdarun for the functions that use the database. It is separate so that collectors do not link the
// database driver.
package loadrun

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/lambdarun"
	"view360/shared/load"
	"view360/shared/postgres"
)

// databaseURL is the environment variable with the connection string; without a password in it the function signs in with
// an IAM token.
const databaseURL = "DATABASE_URL"

// OpenDatabase returns a pool of one connection, because a function runs one request at a time.
func OpenDatabase(ctx context.Context, cfg aws.Config) (*pgxpool.Pool, error) {
	url := os.Getenv(databaseURL)
	if url == "" {
		return nil, fmt.Errorf("the environment variable %s is not set", databaseURL)
	}
	return postgres.OpenPool(ctx, url, 1, postgres.ConnectOptions{Token: postgres.IAMToken(cfg), Params: load.SessionParams, Writes: true})
}

// Load serves the loader of one table group until Lambda ends the process, see [lambdarun.Start].
func Load(group load.Group) {
	lambdarun.Start(func(ctx context.Context, cfg aws.Config) (func(context.Context, load.Input) (load.Output, error), error) {
		pool, err := OpenDatabase(ctx, cfg)
		if err != nil {
			return nil, err
		}
		return load.Handler{Pool: pool, Bucket: lambdarun.OpenBuckets(cfg), Group: group}.Handle, nil
	})
}

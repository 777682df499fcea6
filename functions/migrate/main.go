// Command migrate creates or upgrades the database when the stack is deployed.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/lambdarun"
	"view360/shared/migrate"
	"view360/shared/postgres"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, migrate.Event) (migrate.Response, error), error) {
		url := os.Getenv("DATABASE_URL") // without a password: an IAM token is used
		if url == "" {
			return nil, errors.New("the environment variable DATABASE_URL is not set")
		}
		return migrate.Handler{URL: url, Token: postgres.IAMToken(cfg)}.Handle, nil
	})
}

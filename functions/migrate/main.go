// Command migrate creates or upgrades the database when the stack is deployed.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/lambdarun"
	"view360/shared/lambdarun/resourcerun"
	"view360/shared/migrate"
	"view360/shared/postgres"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, cfn.Event) (map[string]any, error), error) {
		url := os.Getenv("DATABASE_URL") // without a password: an IAM token is used
		if url == "" {
			return nil, errors.New("the environment variable DATABASE_URL is not set")
		}
		options := migrate.Options{Token: postgres.IAMToken(cfg), Roles: true}
		return resourcerun.Handler{ID: "view360-database", Work: func(ctx context.Context) (map[string]any, error) {
			result, err := migrate.Run(ctx, url, options)
			if err != nil {
				return nil, err
			}
			slog.InfoContext(ctx, "migrated", "found", result.Found, "migrations", result.Migrations, "views", result.Views)
			return map[string]any{"Found": result.Found, "Views": result.Views}, nil
		}}.Handle, nil
	})
}

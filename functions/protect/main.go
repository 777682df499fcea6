// Command protect protects the database from deletion when all else of the stack is deployed.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"view360/shared/lambdarun"
	"view360/shared/lambdarun/resourcerun"
	"view360/shared/protect"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, cfn.Event) (map[string]any, error), error) {
		client, cluster := rds.NewFromConfig(cfg), os.Getenv("CLUSTER")
		return resourcerun.Handler{ID: "view360-protection", Work: func(ctx context.Context) (map[string]any, error) {
			return nil, protect.Cluster(ctx, client, cluster)
		}}.Handle, nil
	})
}

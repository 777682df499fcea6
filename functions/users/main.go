// Command users creates the first users of the database when the stack is deployed.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"view360/shared/dbuser"
	"view360/shared/lambdarun"
	"view360/shared/lambdarun/resourcerun"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, cfn.Event) (map[string]any, error), error) {
		cluster := dbuser.Cluster{
			ARN: os.Getenv("CLUSTER_ARN"), Secret: os.Getenv("MASTER_SECRET"), Database: os.Getenv("DATABASE"),
			Dashboard: os.Getenv("DASHBOARD_SECRET"),
		}
		return resourcerun.Handler{ID: "view360-users", Work: func(ctx context.Context) (map[string]any, error) {
			return nil, cluster.Ensure(ctx, rdsdata.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg))
		}}.Handle, nil
	})
}

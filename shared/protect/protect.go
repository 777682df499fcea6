// Package protect protects the database of a deployment from deletion, as the deployment's last step: a first deployment
// that fails before is rolled back whole, and can be repeated.
package protect

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// API is the part of RDS that is used.
type API interface {
	rds.DescribeDBClustersAPIClient
	ModifyDBCluster(context.Context, *rds.ModifyDBClusterInput, ...func(*rds.Options)) (*rds.ModifyDBClusterOutput, error)
}

// Cluster protects the cluster with the identifier. It waits until the cluster is available, because RDS refuses to modify
// one that is not, and ends with ctx. Protecting a cluster twice changes nothing.
// Source: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html
func Cluster(ctx context.Context, api API, identifier string) error {
	waiter := rds.NewDBClusterAvailableWaiter(api, func(o *rds.DBClusterAvailableWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Second, 15*time.Second
	})
	if err := waiter.Wait(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &identifier}, longestWait); err != nil {
		return fmt.Errorf("waiting until the cluster %s is available: %w", identifier, err)
	}
	_, err := api.ModifyDBCluster(ctx, &rds.ModifyDBClusterInput{DBClusterIdentifier: &identifier, DeletionProtection: aws.Bool(true), ApplyImmediately: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("protecting the cluster %s from deletion: %w", identifier, err)
	}
	return nil
}

// longestWait is above the time of a function, whose deadline ends ctx.
const longestWait = 15 * time.Minute

// Command arrival starts the loads of snapshots that have arrived, a limited number at once.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"view360/shared/arrival"
	"view360/shared/lambdarun"
	"view360/shared/plan"
)

func main() {
	lambdarun.Start(func(ctx context.Context, cfg aws.Config) (func(context.Context, events.SQSEvent) (struct{}, error), error) {
		wanted, err := strconv.Atoi(os.Getenv("LOADS_AT_ONCE"))
		if err != nil {
			return nil, fmt.Errorf("reading LOADS_AT_ONCE: %w", err)
		}
		limit, err := arrival.SizeLimit(ctx, plan.AWSQuota{Config: cfg}, wanted)
		if err != nil {
			return nil, err
		}
		handler := &arrival.Handler{Machine: os.Getenv("LOAD_MACHINE"), Executions: sfn.NewFromConfig(cfg), Limit: limit}
		return handler.Handle, nil
	})
}

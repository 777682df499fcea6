// Command record writes the outcomes of collectors and loaders to logs and log_messages.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/lambdarun"
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load"
	"view360/shared/record"
)

func main() {
	lambdarun.Start(func(ctx context.Context, cfg aws.Config) (func(context.Context, record.Input) (load.Output, error), error) {
		pool, err := loadrun.OpenDatabase(ctx, cfg)
		if err != nil {
			return nil, err
		}
		return record.Handler{Pool: pool, Bucket: lambdarun.OpenBuckets(cfg)}.Handle, nil
	})
}

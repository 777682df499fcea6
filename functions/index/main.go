// Command index validates a snapshot object and returns the byte ranges of its sections.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/index"
	"view360/shared/lambdarun"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, index.Input) (index.Output, error), error) {
		return index.Handler{Bucket: lambdarun.OpenBuckets(cfg)}.Handle, nil
	})
}

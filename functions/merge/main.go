// Command merge assembles the parts of one account and region into the snapshot object.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/lambdarun"
	"view360/shared/merge"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, merge.Input) (merge.Output, error), error) {
		staging, err := lambdarun.OpenStaging(cfg)
		if err != nil {
			return nil, err
		}
		data, err := lambdarun.OpenData(cfg)
		if err != nil {
			return nil, err
		}
		return merge.Handler{Staging: staging, Data: data}.Handle, nil
	})
}

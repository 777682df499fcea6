// Command archive moves a snapshot object to loaded/ after every table group is loaded.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/archive"
	"view360/shared/lambdarun"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, archive.Input) (archive.Output, error), error) {
		return archive.Handler{Bucket: lambdarun.OpenBuckets(cfg)}.Handle, nil
	})
}

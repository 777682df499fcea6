// Command sweep loads snapshots that are still waiting, and finds silent accounts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"view360/shared/lambdarun"
	"view360/shared/sweep"
)

func main() {
	lambdarun.Start(func(_ context.Context, cfg aws.Config) (func(context.Context, json.RawMessage) (sweep.Output, error), error) {
		silence, err := time.ParseDuration(os.Getenv("SILENCE"))
		if err != nil {
			return nil, fmt.Errorf("reading SILENCE: %w", err)
		}
		return sweep.Handler{
			Bucket: os.Getenv("DATA_BUCKET"), S3: s3.NewFromConfig(cfg), Messages: sqs.NewFromConfig(cfg),
			Arrivals: os.Getenv("ARRIVALS"), Silence: silence, Ignored: strings.Fields(os.Getenv("IGNORED_ACCOUNTS")),
		}.Handle, nil
	})
}

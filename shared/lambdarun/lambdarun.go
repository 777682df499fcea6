// Package lambdarun connects a handler to Lambda, for every function's main.go: structured logs, decoding, and errors that
// the state machines can match.
package lambdarun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/object"
)

// The environment of every function.
const (
	stagingBucket = "STAGING_BUCKET"
	dataBucket    = "DATA_BUCKET"
	dataRegion    = "DATA_BUCKET_REGION" // "": the region of the function
	kmsKey        = "BUCKET_KMS_KEY"
	bucketOwner   = "BUCKET_OWNER"
)

// Start serves invocations until Lambda ends the process. It calls setup once, at cold start, to build the handler from
// the process's AWS configuration, and exits if setup fails.
func Start[In, Out any](setup func(ctx context.Context, cfg aws.Config) (func(context.Context, In) (Out, error), error)) {
	slog.SetDefault(lambdacontext.NewLogger())
	ctx := context.Background()
	handle, err := buildHandler(ctx, setup)
	if err != nil {
		slog.ErrorContext(ctx, "starting", "error", err)
		os.Exit(1)
	}
	lambda.StartHandlerFunc(func(ctx context.Context, in In) (Out, error) {
		out, err := handle(ctx, in)
		return out, reportError(ctx, err)
	})
}

func buildHandler[In, Out any](ctx context.Context, setup func(context.Context, aws.Config) (func(context.Context, In) (Out, error), error)) (func(context.Context, In) (Out, error), error) {
	cfg, err := awsconf.Load(ctx)
	if err != nil {
		return nil, err
	}
	return setup(ctx, cfg)
}

// reportError logs the full text of err and returns the error whose type name Lambda reports. Handlers return classified
// errors, or errors with an ErrorType method.
func reportError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	detail := err
	if inner := errors.Unwrap(err); inner != nil {
		detail = inner
	}
	slog.ErrorContext(ctx, "failed", "class", fault.StatusOf(err), "error", detail.Error())
	var named interface{ ErrorType() string }
	if errors.As(err, &named) {
		return messages.InvokeResponse_Error{Type: named.ErrorType(), Message: err.Error()}
	}
	return err
}

// OpenStaging returns the store of plans, parts and outcomes that the environment names.
func OpenStaging(cfg aws.Config) (*object.Store, error) { return openStore(cfg, stagingBucket) }

// OpenData returns the store of snapshots that the environment names.
func OpenData(cfg aws.Config) (*object.Store, error) {
	cfg.Region = cmp.Or(os.Getenv(dataRegion), cfg.Region)
	return openStore(cfg, dataBucket)
}

func openStore(cfg aws.Config, variable string) (*object.Store, error) {
	bucket := os.Getenv(variable)
	if bucket == "" {
		return nil, fmt.Errorf("the environment variable %s is not set", variable)
	}
	return OpenBuckets(cfg)(bucket), nil
}

// OpenBuckets returns a function that returns the store of a bucket by name.
func OpenBuckets(cfg aws.Config) func(name string) *object.Store {
	client := s3.NewFromConfig(cfg)
	options := object.Options{KMSKey: os.Getenv(kmsKey), Owner: os.Getenv(bucketOwner)}
	return func(name string) *object.Store { return object.New(client, name, options) }
}

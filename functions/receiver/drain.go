package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5/pgxpool"

	"view360/shared/awsconf"
	"view360/shared/load"
	"view360/shared/object"
	"view360/shared/postgres"
	"view360/shared/receiver"
)

type drainCommand struct {
	Bucket         string        `help:"Bucket with the snapshots." required:"" env:"DATA_BUCKET"`
	BucketKMSKey   string        `help:"Key to encrypt with (default: the bucket's default encryption)." env:"BUCKET_KMS_KEY" placeholder:"ARN"`
	BucketOwner    string        `help:"Account that must own the bucket (default: unchecked)." env:"BUCKET_OWNER" placeholder:"ID"`
	DatabaseURL    string        `help:"PostgreSQL database. Without a password in the URL, an IAM token is used." required:"" env:"DATABASE_URL" placeholder:"URL"`
	DatabaseSecret string        `help:"Secrets Manager secret with the password, instead of a token." env:"DATABASE_SECRET" placeholder:"ARN"`
	AtOnce         int           `help:"Accounts to load in parallel (default: ${default})." default:"2" placeholder:"N"`
	Watch          bool          `help:"Continue to load new snapshots until stopped."`
	Every          time.Duration `help:"Interval of --watch (default: ${default})." default:"1m" placeholder:"DURATION"`
	Log            string        `help:"Log file; - is standard output (default: ${default})." default:"/var/log/receiver.log" env:"RECEIVER_LOG" placeholder:"FILE"`
	LogMegabytes   int64         `help:"Size of the log file before it is rotated (default: ${default})." default:"10" placeholder:"MB"`
	LogFiles       int           `help:"Number of rotated log files (default: ${default})." default:"5" placeholder:"N"`
}

// Run loads the snapshots of the bucket once, or repeatedly with --watch. It also writes its error to the log, because a
// service's output is easily overlooked.
func (d drainCommand) Run(ctx context.Context) error {
	closeLog, err := d.startLog()
	if err != nil {
		return err
	}
	defer closeLog()
	err = d.drainBucket(ctx)
	if err != nil && !errors.Is(err, errPartial) {
		slog.ErrorContext(ctx, "stopped", "error", err)
	}
	return err
}

func (d drainCommand) drainBucket(ctx context.Context) error {
	r, pool, err := d.openReceiver(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	if d.Watch {
		ticker := time.NewTicker(max(d.Every, time.Second))
		defer ticker.Stop()
		err := r.Watch(ctx, ticker.C)
		if errors.Is(err, context.Canceled) {
			return nil // the regular end of --watch
		}
		return err
	}
	summary, err := r.Drain(ctx)
	if err == nil && summary.Failed > 0 {
		return errPartial
	}
	return err
}

// openReceiver returns the receiver and its connection pool, without connecting.
func (d drainCommand) openReceiver(ctx context.Context) (*receiver.Receiver, *pgxpool.Pool, error) {
	cfg, err := awsconf.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	store := object.New(s3.NewFromConfig(cfg), d.Bucket, object.Options{KMSKey: d.BucketKMSKey, Owner: d.BucketOwner})
	params := maps.Clone(receiver.LockParams)
	maps.Copy(params, load.SessionParams)
	size := int32(2*d.AtOnce + 2) // a lock and a loader for each account, and two for parallel groups
	pool, err := postgres.OpenPool(ctx, d.DatabaseURL, size, postgres.ConnectOptions{Token: d.buildToken(cfg), Params: params, Writes: true})
	if err != nil {
		return nil, nil, err
	}
	r, err := receiver.New(receiver.Options{Store: store, Pool: pool, AtOnce: d.AtOnce})
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return r, pool, nil
}

// buildToken returns the source of database passwords.
func (d drainCommand) buildToken(cfg aws.Config) postgres.TokenFunc {
	if d.DatabaseSecret != "" {
		return receiver.SecretPassword(secretsmanager.NewFromConfig(cfg), d.DatabaseSecret)
	}
	return postgres.IAMToken(cfg)
}

// startLog sets the default logger to the log file of the command line and returns a function that closes it.
func (d drainCommand) startLog() (func(), error) {
	var out io.Writer = os.Stdout
	end := func() {}
	if d.Log != "-" {
		file, err := receiver.OpenLogFile(d.Log, d.LogMegabytes<<20, d.LogFiles)
		if err != nil {
			return nil, err
		}
		out, end = file, func() { _ = file.Close() }
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(out, nil)))
	return end, nil
}

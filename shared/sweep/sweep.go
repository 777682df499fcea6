// Package sweep looks after the data bucket once an hour: it starts again what waits under data/ because its event was
// lost or its load failed, and measures what alarms need to know: how long the oldest snapshot has waited, and which
// accounts have gone silent.
//
// It calls S3 ListObjectsV2 and Step Functions StartExecution: per account about three lists.
package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// Executions is the part of the Step Functions client that Handle uses.
type Executions interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

// Handler is the sweep function.
type Handler struct {
	Bucket     string
	S3         s3.ListObjectsV2APIClient
	Executions Executions
	Machine    string // ARN of the load machine; "" starts nothing
	// Silence is how long an account may go without a new snapshot; Ignored accounts may for ever.
	Silence time.Duration
	Ignored []string
	Now     func() time.Time // nil: the clock
}

// A waiting snapshot is started again after patience, and not any more after surrender: by then a person is needed, and
// the alarm on the oldest one has said so. One sweep starts as many as the loaders can take in an hour.
const (
	patience  = time.Hour
	surrender = 48 * time.Hour
	maxStarts = 2000
)

// Output is what a sweep found.
type Output struct {
	Waiting       int      `json:"waiting"`        // snapshots under data/
	OldestMinutes int      `json:"oldest_minutes"` // how long the oldest of them has waited
	Started       int      `json:"started"`        // load executions
	Silent        []string `json:"silent"`         // accounts, sorted
}

// Handle sweeps once.
func (h Handler) Handle(ctx context.Context, _ json.RawMessage) (Output, error) {
	result, err := h.sweepBucket(ctx)
	if err != nil {
		return result, fault.Classify(err)
	}
	slog.InfoContext(ctx, "swept", "waiting", result.Waiting, "oldest_minutes", result.OldestMinutes, "started", result.Started,
		"silent_accounts", len(result.Silent), "silent", result.Silent)
	return result, nil
}

func (h Handler) currentTime() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

func (h Handler) sweepBucket(ctx context.Context) (Output, error) {
	now := h.currentTime()
	result := Output{Silent: []string{}}
	seen := arrivals{}
	err := h.listObjects(ctx, snapshot.DataPrefix, "", func(o s3types.Object) error {
		key, written := aws.ToString(o.Key), aws.ToTime(o.LastModified)
		age := now.Sub(written)
		result.Waiting++
		result.OldestMinutes = max(result.OldestMinutes, int(age.Minutes()))
		if name, err := snapshot.ParseKey(key); err == nil {
			seen.addArrival(name.Account, written)
		}
		if h.Machine == "" || age < patience || age > surrender || result.Started >= maxStarts {
			return nil
		}
		started, err := h.startLoad(ctx, key, aws.ToString(o.ETag), int(age/patience))
		if started {
			result.Started++
		}
		return err
	})
	if err != nil {
		return result, err
	}
	if err := h.addLoaded(ctx, now, seen); err != nil {
		return result, err
	}
	for account, last := range seen {
		if now.Sub(last) > h.Silence && !slices.Contains(h.Ignored, account) {
			result.Silent = append(result.Silent, account)
		}
	}
	slices.Sort(result.Silent)
	return result, nil
}

// startLoad loads one object. The name of the execution follows from the object and how often this was tried, so that a
// sweep that is itself tried again starts nothing twice.
func (h Handler) startLoad(ctx context.Context, key, etag string, attempt int) (bool, error) {
	input, err := json.Marshal(map[string]string{"bucket": h.Bucket, "key": key})
	if err != nil {
		return false, fmt.Errorf("writing the input for %s: %w", key, err)
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", key, etag, attempt))
	_, err = h.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &h.Machine, Name: aws.String(fmt.Sprintf("sweep-%x", id[:16])), Input: aws.String(string(input)),
	})
	var already *types.ExecutionAlreadyExists
	if errors.As(err, &already) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("starting to load %s: %w", key, err)
	}
	return true, nil
}

// listObjects visits the objects under prefix whose keys come after a key.
func (h Handler) listObjects(ctx context.Context, prefix, after string, visit func(s3types.Object) error) error {
	pages := s3.NewListObjectsV2Paginator(h.S3, &s3.ListObjectsV2Input{Bucket: &h.Bucket, Prefix: &prefix, StartAfter: toOptional(after)})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("listing %s: %w", prefix, err)
		}
		for _, object := range page.Contents {
			if !strings.HasSuffix(aws.ToString(object.Key), ".json") {
				continue
			}
			if err := visit(object); err != nil {
				return err
			}
		}
	}
	return nil
}

func toOptional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

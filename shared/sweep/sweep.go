// Package sweep checks the data bucket once an hour. It loads snapshots that are still under data/, because their event
// was lost or their load failed, and measures two values for alarms: how long the oldest snapshot has waited, and which
// accounts are silent.
//
// It calls S3 ListObjectsV2, about three times per account, and Step Functions StartExecution.
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
	// Silence is the time after which an account without a new snapshot is silent; Ignored accounts never are.
	Silence time.Duration
	Ignored []string
	Now     func() time.Time // nil: the clock
}

// A waiting snapshot is loaded again after patience, and not anymore after surrender: the alarm on the oldest snapshot has
// called the operator by then. One sweep starts at most as many loads as the loaders can finish in an hour.
const (
	patience  = time.Hour
	surrender = 48 * time.Hour
	maxStarts = 2000
)

// Output is the result of a sweep.
type Output struct {
	Waiting       int      `json:"waiting"`        // snapshots under data/
	OldestMinutes int      `json:"oldest_minutes"` // age of the oldest of them
	Started       int      `json:"started"`        // load executions
	Silent        []string `json:"silent"`         // accounts, sorted
}

// Handle sweeps once. Its errors are those of package fault.
func (h Handler) Handle(ctx context.Context, _ json.RawMessage) (Output, error) {
	output, err := h.sweepBucket(ctx)
	if err != nil {
		return output, fault.Classify(err)
	}
	slog.InfoContext(ctx, "swept", "waiting", output.Waiting, "oldest_minutes", output.OldestMinutes, "started", output.Started,
		"silent_accounts", len(output.Silent), "silent", output.Silent)
	return output, nil
}

func (h Handler) currentTime() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

// sweepBucket starts loads of waiting snapshots, and finds silent accounts.
func (h Handler) sweepBucket(ctx context.Context) (Output, error) {
	now := h.currentTime()
	output := Output{Silent: []string{}}
	seen := arrivals{}
	err := h.listObjects(ctx, snapshot.DataPrefix, "", func(o s3types.Object) error {
		key, written := aws.ToString(o.Key), aws.ToTime(o.LastModified)
		age := now.Sub(written)
		output.Waiting++
		output.OldestMinutes = max(output.OldestMinutes, int(age.Minutes()))
		if name, err := snapshot.ParseKey(key); err == nil {
			seen.addArrival(name.Account, written)
		}
		if h.Machine == "" || age < patience || age > surrender || output.Started >= maxStarts {
			return nil
		}
		started, err := h.startLoad(ctx, key, aws.ToString(o.ETag), int(age/patience))
		if started {
			output.Started++
		}
		return err
	})
	if err != nil {
		return output, err
	}
	if err := h.addLoaded(ctx, now, seen); err != nil {
		return output, err
	}
	for account, last := range seen {
		if now.Sub(last) > h.Silence && !slices.Contains(h.Ignored, account) {
			output.Silent = append(output.Silent, account)
		}
	}
	slices.Sort(output.Silent)
	return output, nil
}

// startLoad starts to load one object and reports whether it did. The name of the execution is a hash of the object and
// the attempt, so that a repeated sweep starts no execution twice.
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

// listObjects calls visit for the JSON objects under prefix whose keys come after the key after.
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

// toOptional returns nil for an empty text.
func toOptional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

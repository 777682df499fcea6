// Package sweep checks the data bucket once an hour. It loads snapshots that are still under data/, because their event
// was lost or their load failed, and measures two values for alarms: how long the oldest snapshot has waited, and which
// accounts are silent.
//
// It calls S3 ListObjectsV2, about three times per account, and SQS GetQueueAttributes and SendMessage.
package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// Messages is the part of the SQS client that Handle uses.
type Messages interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Handler is the sweep function.
type Handler struct {
	Bucket   string
	S3       s3.ListObjectsV2APIClient
	Messages Messages
	Arrivals string // URL of the queue before the load machine; "" loads nothing
	// Silence is the time after which an account without a new snapshot is silent; Ignored accounts never are.
	Silence time.Duration
	Ignored []string
	Now     func() time.Time // nil: the clock
}

// A waiting snapshot is loaded again after patience, and not anymore after surrender: the alarm on the oldest snapshot has
// called the operator by then. One sweep loads at most as many as the loaders can finish in an hour, and none while the
// queue has others: what is in it waits for its turn.
const (
	patience  = time.Hour
	surrender = 48 * time.Hour
	maxLoads  = 2000
)

// Output is the result of a sweep.
type Output struct {
	Waiting       int      `json:"waiting"`        // snapshots under data/
	OldestMinutes int      `json:"oldest_minutes"` // age of the oldest of them
	Queued        int      `json:"queued"`         // snapshots to load again
	Silent        []string `json:"silent"`         // accounts, sorted
}

// Handle sweeps once. Its errors are those of package fault.
func (h Handler) Handle(ctx context.Context, _ json.RawMessage) (Output, error) {
	output, err := h.sweepBucket(ctx)
	if err != nil {
		return output, fault.Classify(err)
	}
	slog.InfoContext(ctx, "swept", "waiting", output.Waiting, "oldest_minutes", output.OldestMinutes, "queued", output.Queued,
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
	idle, err := h.isQueueEmpty(ctx)
	if err != nil {
		return output, err
	}
	seen := arrivals{}
	err = h.listObjects(ctx, snapshot.DataPrefix, "", func(o s3types.Object) error {
		key, written := aws.ToString(o.Key), aws.ToTime(o.LastModified)
		age := now.Sub(written)
		output.Waiting++
		output.OldestMinutes = max(output.OldestMinutes, int(age.Minutes()))
		if name, err := snapshot.ParseKey(key); err == nil {
			seen.addArrival(name.Account, written)
		}
		if !idle || age < patience || age > surrender || output.Queued >= maxLoads {
			return nil
		}
		output.Queued++
		return h.queueLoad(ctx, key)
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

// isQueueEmpty reports whether there is a queue and no message waits in it. Those that are being handled do not count.
func (h Handler) isQueueEmpty(ctx context.Context) (bool, error) {
	if h.Arrivals == "" {
		return false, nil
	}
	found, err := h.Messages.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &h.Arrivals, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		return false, fmt.Errorf("counting the messages of %s: %w", h.Arrivals, err)
	}
	return found.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)] == "0", nil
}

// queueLoad puts the load of one object into the queue.
func (h Handler) queueLoad(ctx context.Context, key string) error {
	input, err := json.Marshal(map[string]string{"bucket": h.Bucket, "key": key})
	if err != nil {
		return fmt.Errorf("writing the input for %s: %w", key, err)
	}
	if _, err = h.Messages.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &h.Arrivals, MessageBody: aws.String(string(input))}); err != nil {
		return fmt.Errorf("queueing the load of %s: %w", key, err)
	}
	return nil
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

package sweep_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"view360/shared/object"
	"view360/shared/s3disk"
	"view360/shared/sweep"
)

// queue is the queue before the load machine.
type queue struct{ bodies []string }

func (q *queue) GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	return &sqs.GetQueueAttributesOutput{Attributes: map[string]string{"ApproximateNumberOfMessages": strconv.Itoa(len(q.bodies))}}, nil
}

func (q *queue) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	q.bodies = append(q.bodies, *in.MessageBody)
	return &sqs.SendMessageOutput{}, nil
}

// bucket is a data bucket with objects that were all written now.
func bucket(t *testing.T, keys ...string) (sweep.Handler, *queue) {
	t.Helper()
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	for _, key := range keys {
		if _, err := store.Put(t.Context(), key, strings.NewReader("{}")); err != nil {
			t.Fatal(err)
		}
	}
	arrivals := &queue{}
	return sweep.Handler{Bucket: "data", S3: server.Client(), Messages: arrivals, Arrivals: "url", Silence: 26 * time.Hour}, arrivals
}

// after sweeps as much later as given.
func after(t *testing.T, h sweep.Handler, later time.Duration) sweep.Output {
	t.Helper()
	h.Now = func() time.Time { return time.Now().Add(later) }
	result, err := h.Handle(t.Context(), json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// today is the date in the keys of these tests; the clock of the bucket is the real one.
func today() string { return time.Now().UTC().Format(time.DateOnly) }

func TestWaitingSnapshotsAreLoadedAgain(t *testing.T) {
	t.Parallel()
	key := "data/111122223333/eu-west-1/" + today() + "_DAILY.json"
	h, arrivals := bucket(t, key, "data/notes.txt", "staging/x.json")
	if got := after(t, h, 30*time.Minute); got.Queued != 0 || got.Waiting != 1 {
		t.Errorf("after half an hour: %+v, its own load may still run", got)
	}
	if got := after(t, h, 90*time.Minute); got.Queued != 1 || got.OldestMinutes < 89 {
		t.Errorf("after an hour and a half: %+v, want it queued", got)
	}
	if got := after(t, h, 150*time.Minute); got.Queued != 0 {
		t.Errorf("the next hour: %+v, but it is still in the queue", got)
	}
	if want := []string{`{"bucket":"data","key":"` + key + `"}`}; !slices.Equal(arrivals.bodies, want) {
		t.Errorf("messages %v, want %v", arrivals.bodies, want)
	}
	arrivals.bodies = nil // its load failed
	if got := after(t, h, 210*time.Minute); got.Queued != 1 {
		t.Errorf("the hour after: %+v, want it queued again", got)
	}
	arrivals.bodies = nil
	if got := after(t, h, 72*time.Hour); got.Queued != 0 || got.OldestMinutes < 72*60-1 {
		t.Errorf("after three days: %+v, want it only reported", got)
	}
}

func TestNothingIsQueuedWithoutAQueue(t *testing.T) {
	t.Parallel()
	h, arrivals := bucket(t, "data/111122223333/eu-west-1/"+today()+"_DAILY.json")
	h.Arrivals = ""
	if got := after(t, h, 2*time.Hour); got.Waiting != 1 || len(arrivals.bodies) != 0 {
		t.Errorf("got %+v and %d messages", got, len(arrivals.bodies))
	}
}

func TestSilentAccountsAreReported(t *testing.T) {
	t.Parallel()
	h, _ := bucket(t,
		"loaded/111111111111/eu-west-1/"+today()+"_DAILY.json",
		"loaded/111111111111/us-east-1/2020-01-01_DAILY.json",
		"loaded/222222222222/2020-01-01_DAILY.json", // long ago, without a region
		"loaded/333333333333/eu-west-1/2020-01-01_DAILY.json",
		"loaded/444444444444/eu-west-1/2020-01-01_DAILY.json",
		"data/444444444444/eu-west-1/"+today()+"_DAILY.json", // waits, but has come
	)
	h.Ignored = []string{"333333333333"}
	if diff := cmp.Diff([]string{"222222222222"}, after(t, h, time.Hour).Silent); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"111111111111", "222222222222", "444444444444"}, after(t, h, 27*time.Hour).Silent); diff != "" {
		t.Errorf("27 hours later: %s", diff)
	}
}

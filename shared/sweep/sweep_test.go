package sweep_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"view360/shared/object"
	"view360/shared/s3disk"
	"view360/shared/sweep"
)

// machine remembers the executions that were started, and refuses a name that was used.
type machine struct{ inputs map[string]string }

func (m *machine) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	if _, used := m.inputs[*in.Name]; used {
		return nil, &types.ExecutionAlreadyExists{}
	}
	m.inputs[*in.Name] = *in.Input
	return &sfn.StartExecutionOutput{}, nil
}

// bucket is a data bucket with objects that were all written now.
func bucket(t *testing.T, keys ...string) (sweep.Handler, *machine) {
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
	started := &machine{inputs: map[string]string{}}
	return sweep.Handler{Bucket: "data", S3: server.Client(), Executions: started, Machine: "arn", Silence: 26 * time.Hour}, started
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
	h, started := bucket(t, key, "data/notes.txt", "staging/x.json")
	if got := after(t, h, 30*time.Minute); got.Started != 0 || got.Waiting != 1 {
		t.Errorf("after half an hour: %+v, its own load may still run", got)
	}
	if got := after(t, h, 90*time.Minute); got.Started != 1 || got.OldestMinutes < 89 {
		t.Errorf("after an hour and a half: %+v, want it started", got)
	}
	if got := after(t, h, 100*time.Minute); got.Started != 0 {
		t.Errorf("the same hour again: %+v, want nothing", got)
	}
	if got := after(t, h, 150*time.Minute); got.Started != 1 {
		t.Errorf("the next hour: %+v, want it started again", got)
	}
	if got := after(t, h, 72*time.Hour); got.Started != 0 || got.OldestMinutes < 72*60-1 {
		t.Errorf("after three days: %+v, want it only told", got)
	}
	for _, input := range started.inputs {
		if want := `{"bucket":"data","key":"` + key + `"}`; input != want {
			t.Errorf("input %s, want %s", input, want)
		}
	}
}

func TestNothingIsStartedWithoutAMachine(t *testing.T) {
	t.Parallel()
	h, started := bucket(t, "data/111122223333/eu-west-1/"+today()+"_DAILY.json")
	h.Machine = ""
	if got := after(t, h, 2*time.Hour); got.Waiting != 1 || len(started.inputs) != 0 {
		t.Errorf("got %+v and %d executions", got, len(started.inputs))
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

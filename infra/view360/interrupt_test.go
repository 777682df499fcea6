package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"view360/shared/pgtest"
)

// trigger is an output that does something once, when it reads what it waits for.
type trigger struct {
	bytes.Buffer
	mu   sync.Mutex
	when string
	then func()
}

func (w *trigger) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.Buffer.Write(text)
	if w.then != nil && strings.Contains(w.String(), w.when) {
		w.then()
		w.then = nil
	}
	return n, err
}

func exported(t *testing.T, dir string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "data", "*", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// What was published when the user interrupts is in the folder, and resuming adds the rest.
func TestInterruptedCollectKeepsWhatItPublished(t *testing.T) {
	regions := len(observed(t).Accounts()[0].Regions)
	state, dir := t.TempDir(), t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	progress := &trigger{when: `"message":"collected `, then: interrupt}
	args := []string{"collect", "--out", dir, "--state", state, "--service", "kms,guardduty", "--json"}
	if code := runCommand(ctx, args, testHost(io.Discard, progress)); code != exitFailed || !strings.Contains(progress.String(), "interrupted.") {
		t.Fatalf("exit code %d\n%s", code, progress.String())
	}
	if strings.Contains(progress.String(), "context canceled") {
		t.Errorf("each collector that was interrupted is reported:\n%s", progress.String())
	}
	before := exported(t, dir)
	if before == 0 {
		t.Errorf("nothing of what was published is in the folder:\n%s", progress.String())
	}
	code, out, stderr := runProgram(t, append(args, "--resume")...)
	if code != exitOK {
		t.Fatalf("resuming: exit code %d\n%s%s", code, out, stderr)
	}
	if after := exported(t, dir); after != regions {
		t.Errorf("%d snapshots before and %d after resuming, want those of %d regions", before, after, regions)
	}
}

// A program follows the progress: each line says how much is done of what is expected.
func TestProgressIsPrintedAsJSON(t *testing.T) {
	_, _, progress := runProgram(t, "load", "--json", "--state", t.TempDir(), "--database-url", pgtest.URL(t), snapshots(t))
	var last distance
	for line := range strings.Lines(progress) {
		if err := json.Unmarshal([]byte(line), &last); err != nil || last.Message == "" || last.Time.IsZero() {
			t.Errorf("no progress in %q: %v", line, err)
		}
	}
	if last.Done["snapshots"] != 3 || last.Expected["snapshots"] != 3 || last.Expected["accounts"] != 1 || last.Rows == 0 || last.RowsPerSecond == 0 {
		t.Errorf("the last line says %+v", last)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// The demonstration answers the Step Functions API; what an interrupt ends is there after a restart, to be redriven.
func TestExecutionsSurviveARestart(t *testing.T) {
	address, state, url := freeAddress(t), t.TempDir(), pgtest.URL(t)
	api := sfn.New(sfn.Options{BaseEndpoint: aws.String("http://" + address), Region: "local", Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	args := []string{"demo", "--listen", address, "--state", state, "--database-url", url}
	newest := func() (x types.ExecutionListItem) {
		machine := aws.String("arn:aws:states:local:000000000000:stateMachine:collect")
		page, err := api.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: machine})
		if err != nil || len(page.Executions) == 0 {
			t.Errorf("executions %v, error %v", page, err)
			return types.ExecutionListItem{Name: aws.String("")}
		}
		return page.Executions[len(page.Executions)-1]
	}
	var first, second types.ExecutionListItem
	serve := func(seen *types.ExecutionListItem) *trigger {
		ctx, interrupt := context.WithCancel(t.Context())
		progress := &trigger{when: "collecting "}
		progress.then = func() {
			*seen = newest()
			interrupt()
		}
		if code := runCommand(ctx, args, testHost(io.Discard, progress)); code != exitFailed {
			t.Fatalf("exit code %d\n%s", code, progress.String())
		}
		return progress
	}
	progress := serve(&first)
	if first.Status != types.ExecutionStatusRunning || !strings.Contains(progress.String(), calledAs+" redrive "+*first.Name+" --endpoint-url http://"+address) {
		t.Errorf("interrupted while it was %s:\n%s", first.Status, progress.String())
	}
	serve(&second)
	if *second.Name != *first.Name || second.Status != types.ExecutionStatusAborted || time.Since(*second.StopDate) > time.Hour {
		t.Errorf("after a restart %s is %s", *second.Name, second.Status)
	}
	if files, err := os.ReadDir(filepath.Join(state, "executions", "collect")); err != nil || len(files) < 2 {
		t.Errorf("kept are %v, error %v", files, err)
	}
}

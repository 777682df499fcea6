package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/load/account"
	"view360/shared/load/resources"
	"view360/shared/load/security"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/postgres"
)

// Each handler runs in a process of its own, as it does in Lambda, so that its memory can be measured.

// childInput is the environment variable that makes this program such a process, and says what to run.
const childInput = "VIEW360_BENCH_CHILD"

type child struct {
	Endpoint, URL, Key, Step string
	KeyID, Secret            string // of the bucket, which lets nobody else in
	Merge                    merge.Input
	Index                    json.RawMessage
}

// childResult is what the process prints.
type childResult struct {
	Output     json.RawMessage
	MS         int64
	ResidentKB int
}

// sizeSteps are the handlers that are measured.
var sizeSteps = []string{"merge", "index", "account", "security", "resources", "reload"}

// measureSizes prints, for snapshots of these sizes in MB, the time and the largest resident memory of the handlers.
func measureSizes(ctx context.Context, r *rig, sizes []int, summary *table) error {
	t := newTable("snapshot", "step", "rows", "s", "MB/s", "resident MB")
	for n, size := range sizes {
		f := snapshotFile{account: fmt.Sprintf("%012d", n+1), region: "eu-west-1", day: time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)}
		const finding, resource = 1240, 330 // bytes of a row
		f.rows = map[string]int{"findings": size << 20 * 3 / 4 / finding, "service_resources": size << 20 / 4 / resource}
		if _, err := r.put(ctx, f); err != nil {
			return err
		}
		merged := f
		merged.day = f.day.AddDate(0, 0, 1)
		staged, err := r.stage(ctx, merged, size<<20)
		if err != nil {
			return err
		}
		keys, err := r.bucket.Client().Options().Credentials.Retrieve(ctx)
		if err != nil {
			return err
		}
		in := child{Endpoint: r.bucket.Endpoint, URL: r.server.URL, Key: f.key(), KeyID: keys.AccessKeyID, Secret: keys.SecretAccessKey, Merge: staged}
		for _, step := range sizeSteps {
			in.Step = step
			out, err := in.run(ctx)
			if err != nil {
				return fmt.Errorf("%s of %d MB: %w", step, size, err)
			}
			if step == "index" {
				in.Index = out.Output
			}
			seconds := float64(out.MS) / 1000
			if n == len(sizes)-1 {
				summary.add(fmt.Sprintf("%s of %d MB", step, size), fmt.Sprintf("%.0f MB/s, %d MB resident", float64(size)/seconds, out.ResidentKB/1024))
			}
			t.add(fmt.Sprint(size, " MB"), step, countRows(step, f), fmt.Sprintf("%.2f", seconds), fmt.Sprintf("%.0f", float64(size)/seconds), out.ResidentKB/1024)
		}
	}
	t.print("Snapshots by size: each step in a process of its own, with the largest resident memory", "reload is the group security again.")
	return nil
}

func countRows(step string, f snapshotFile) int {
	switch step {
	case "security", "reload":
		return f.rows["findings"]
	case "resources":
		return f.rows["service_resources"]
	default:
		return 0
	}
}

func (c child) run(ctx context.Context) (out childResult, err error) {
	input, err := json.Marshal(c)
	if err != nil {
		return out, err
	}
	process := exec.CommandContext(ctx, os.Args[0])
	process.Env = append(os.Environ(), childInput+"=1")
	process.Stdin, process.Stderr = bytes.NewReader(input), os.Stderr
	text, err := process.Output()
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(text, &out)
}

// runChild runs the handler that standard input names.
func runChild() error {
	var in child
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &in.Endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(in.KeyID, in.Secret, "")})
	store := object.New(client, bucketName, object.Options{})
	started := time.Now()
	output, err := in.runStep(context.Background(), func(string) *object.Store { return store })
	if err != nil {
		return err
	}
	text, err := json.Marshal(output)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(childResult{text, time.Since(started).Milliseconds(), readResidentKB()})
}

func (c child) runStep(ctx context.Context, bucket func(string) *object.Store) (any, error) {
	switch c.Step {
	case "merge":
		return merge.Handler{Staging: bucket(bucketName), Data: bucket(bucketName)}.Handle(ctx, c.Merge)
	case "index":
		return index.Handler{Bucket: bucket}.Handle(ctx, index.Input{Bucket: bucketName, Key: c.Key})
	}
	pool, err := postgres.OpenPool(ctx, c.URL, 1, postgres.ConnectOptions{Params: load.SessionParams})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	var indexed index.Output
	if err := json.Unmarshal(c.Index, &indexed); err != nil {
		return nil, err
	}
	handler := load.Handler{Group: security.Group, Pool: pool, Bucket: bucket}
	switch c.Step {
	case "account":
		handler.Group = account.Group
	case "resources":
		handler.Group = resources.Group
	}
	return handler.Handle(ctx, load.Input{Index: indexed.Index, Group: handler.Name, Reload: true})
}

// readResidentKB returns the largest resident memory of this process so far; 0 if the system does not report it.
func readResidentKB() int { return readPeakKB(os.Getpid()) }

func readPeakKB(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if peak, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, _ := strconv.Atoi(strings.Fields(peak)[0])
			return kilobytes
		}
	}
	return 0
}

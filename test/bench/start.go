package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// measureStarts builds each function as it is deployed, but for this machine, and measures the time from the start of
// its process to its first poll of the Lambda runtime API, which is what Lambda reports as Init Duration. Without all it
// takes a small and a large collector, a loader and merge.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func measureStarts(ctx context.Context, all bool, summary *table) error {
	dir, err := os.MkdirTemp("", "view360-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	folders := []string{"view360/functions/collect/guardduty", "view360/functions/collect/serviceresources", "view360/functions/load/security", "view360/functions/merge"}
	if all {
		if folders, err = listMains(ctx); err != nil {
			return err
		}
	}
	var slowest time.Duration
	var heaviest, largest int64
	t := newTable("function", "binary MB", "zip MB", "init ms", "resident MB")
	for _, folder := range folders {
		name := strings.TrimPrefix(folder, "view360/functions/")
		binary := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		build := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", binary, folder)
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", folder, err, out)
		}
		size, packed, err := measureBinary(binary)
		if err != nil {
			return err
		}
		took, resident, err := measureFastestStart(ctx, dir, binary)
		if errors.Is(err, errNoPoll) {
			t.add(name, formatMegabytes(size), formatMegabytes(packed), "needs its deployment", "")
			continue
		}
		if err != nil {
			return fmt.Errorf("starting %s: %w", name, err)
		}
		slowest, heaviest, largest = max(slowest, took), max(heaviest, packed), max(largest, int64(resident)<<10)
		t.add(name, formatMegabytes(size), formatMegabytes(packed), fmt.Sprintf("%.1f", took.Seconds()*1000), resident/1024)
	}
	t.print("Cold start: from the start of the process to the first poll of the runtime API, the fastest of five", "")
	summary.add("cold start of a function, at most", fmt.Sprintf("%.1f ms, %s MB resident, package of %s MB", slowest.Seconds()*1000, formatMegabytes(largest), formatMegabytes(heaviest)))
	return nil
}

func formatMegabytes(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/(1<<20)) }

// listMains returns the import paths of the functions. The receiver is not a Lambda function.
func listMains(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "view360/functions/...").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the functions: %w", err)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(path string) bool { return strings.HasSuffix(path, "/receiver") }), nil
}

// measureBinary returns the sizes of the binary and of its deployment package.
func measureBinary(binary string) (size, packed int64, err error) {
	body, err := os.ReadFile(binary)
	if err != nil {
		return 0, 0, err
	}
	var count counter
	archive := zip.NewWriter(&count)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, 0, err
	}
	if _, err := entry.Write(body); err != nil {
		return 0, 0, err
	}
	return int64(len(body)), int64(count), archive.Close()
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

var errNoPoll = errors.New("the function ended without a poll")

const starts = 5

func measureFastestStart(ctx context.Context, dir, binary string) (best time.Duration, resident int, err error) {
	for range starts {
		took, kilobytes, err := measureStart(ctx, dir, binary)
		if err != nil {
			return 0, 0, err
		}
		if best == 0 || took < best {
			best, resident = took, kilobytes
		}
	}
	return best, resident, nil
}

// measureStart starts the function with a runtime API that never has an event for it.
func measureStart(ctx context.Context, dir, binary string) (took time.Duration, residentKB int, err error) {
	polled := make(chan time.Time, 1)
	over, end := context.WithCancel(ctx)
	defer end()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	api := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invocation/next") {
			select {
			case polled <- time.Now():
			default:
			}
		}
		<-over.Done()
	})}
	go func() { _ = api.Serve(listener) }()
	defer api.Close()
	function := exec.CommandContext(ctx, binary)
	function.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "AWS_LAMBDA_FUNCTION_VERSION=1",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_EC2_METADATA_DISABLED=true", "LAMBDA_TASK_ROOT=" + dir, "HOME=" + dir,
		"STAGING_BUCKET=staging", "DATA_BUCKET=data", "COLLECT_FUNCTIONS={}", "SILENCE=1h", "DATABASE_URL=postgres://view360_loader@127.0.0.1:1/view360?sslmode=disable",
	}
	if err := os.WriteFile(filepath.Join(dir, "settings.json"), []byte("{}"), 0o600); err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	if err := function.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan struct{})
	go func() { _ = function.Wait(); close(ended) }()
	select {
	case at := <-polled:
		residentKB = readPeakKB(function.Process.Pid)
		_ = function.Process.Kill()
		<-ended
		return at.Sub(begun), residentKB, nil
	case <-ended:
		return 0, 0, errNoPoll
	}
}

package load_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/index"
	"view360/shared/load"
	"view360/shared/load/account"
	"view360/shared/load/security"
	"view360/shared/object"
	"view360/shared/pgtest"
	"view360/shared/postgres"
	"view360/shared/s3disk"
)

// alone tells a process of this test binary to run one handler and nothing else, so that its memory can be measured.
const alone = "VIEW360_LOAD_ALONE"

// aloneInput is what such a process gets: where everything is, and which handler to run.
type aloneInput struct {
	Endpoint, URL, Key, Group string
	Index                     json.RawMessage
}

// runAlone runs the handler and prints its result, then the largest resident memory of the process in kB.
func runAlone() error {
	var in aloneInput
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &in.Endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	bucket := func(name string) *object.Store { return object.New(client, name, object.Options{}) }
	result, err := aloneResult(context.Background(), in, bucket)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if peak, found := strings.CutPrefix(line, "VmHWM:"); found {
			fmt.Println(strings.TrimSuffix(strings.TrimSpace(peak), " kB"))
		}
	}
	return nil
}

func aloneResult(ctx context.Context, in aloneInput, bucket func(string) *object.Store) (any, error) {
	if in.Group == "index" {
		return index.Handler{Bucket: bucket}.Handle(ctx, index.Request{Bucket: "data", Key: in.Key})
	}
	pool, err := postgres.Pool(ctx, in.URL, 1, postgres.ConnectOptions{})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	var indexed index.Result
	if err := json.Unmarshal(in.Index, &indexed); err != nil {
		return nil, err
	}
	handlers := map[string]load.Handler{
		"account":  {Pool: pool, Bucket: bucket, Group: "account", Own: account.Load},
		"security": {Pool: pool, Bucket: bucket, Group: "security", Tables: security.Tables},
	}
	return handlers[in.Group].Handle(ctx, load.Request{Index: indexed.Index, Group: in.Group})
}

// BenchmarkMemory500MB indexes and loads a snapshot of 500 MB, each handler in a process of its own, and prints their
// largest resident memory and the speed.
func BenchmarkMemory500MB(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("resident memory is read from /proc")
	}
	server, err := s3disk.Start(b.TempDir(), "data")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	f := file{date: "2026-03-11", collected: "2026-03-11T01:00:00Z", sections: map[string]string{"security": "@"}}
	putLarge(b, object.New(server.Client(), "data", object.Options{}), f, 500<<20)
	for b.Loop() {
		in := aloneInput{Endpoint: server.Endpoint, URL: pgtest.URL(b), Key: f.key()}
		for _, group := range []string{"index", "account", "security"} {
			in.Group = group
			started := time.Now()
			result, kilobytes := runInProcess(b, in)
			b.ReportMetric(500/time.Since(started).Seconds(), group+"-MB/s")
			if group == "index" {
				in.Index = result
			}
			b.ReportMetric(float64(kilobytes)/1024, group+"-resident-MB")
			if kilobytes > 256<<10 {
				b.Errorf("%s grew to %d MB, more than 256", group, kilobytes>>10)
			}
		}
	}
}

// putLarge streams a snapshot with as many findings as the size takes.
func putLarge(b *testing.B, store *object.Store, f file, size int) {
	b.Helper()
	head, tail, _ := strings.Cut(f.text(), "@")
	row := benchmarks[0].row
	count := size / len(row(0))
	reader, writer := io.Pipe()
	go func() {
		out := bufio.NewWriterSize(writer, 1<<20)
		_, _ = out.WriteString(head + `{"security_hub":[{"service":"Security Hub","findings":[`)
		for i := range count {
			if i > 0 {
				_ = out.WriteByte(',')
			}
			_, _ = out.WriteString(row(i))
		}
		_, _ = out.WriteString(`]}]}` + tail)
		writer.CloseWithError(out.Flush())
	}()
	if _, err := store.Put(b.Context(), f.key(), reader); err != nil {
		b.Fatal(err)
	}
}

func runInProcess(b *testing.B, in aloneInput) (result json.RawMessage, kilobytes int) {
	b.Helper()
	input, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	handler := exec.Command(os.Args[0], "-test.run=^$")
	handler.Env = append(os.Environ(), alone+"=1")
	handler.Stdin, handler.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := handler.Output()
	if err != nil {
		b.Fatalf("%s: %v", in.Group, err)
	}
	text, peak, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if kilobytes, err = strconv.Atoi(peak); err != nil {
		b.Fatal(err)
	}
	return json.RawMessage(text), kilobytes
}

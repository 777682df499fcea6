package merge_test

import (
	"bytes"
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

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
	"view360/shared/snapshot"
)

// alone names the S3 endpoint in a process that only runs the handler, so that its memory can be measured.
const alone = "VIEW360_MERGE_ALONE"

func TestMain(m *testing.M) {
	endpoint := os.Getenv(alone)
	if endpoint == "" {
		os.Exit(m.Run())
	}
	if err := mergeAlone(endpoint); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func mergeAlone(endpoint string) error {
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	store := object.New(client, "data", object.Options{})
	var in merge.Input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	if _, err := (merge.Handler{Staging: store, Data: store}).Handle(context.Background(), in); err != nil {
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

// BenchmarkMerge500MB merges parts of 500 MB and reports the largest resident memory of the handler's process.
func BenchmarkMerge500MB(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("resident memory is read from /proc")
	}
	server, err := s3disk.Start(b.TempDir(), "data")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	input := stageInput(b, object.New(server.Client(), "data", object.Options{}), 500<<20)
	b.SetBytes(500 << 20)
	for b.Loop() {
		handler := exec.Command(os.Args[0], "-test.run=^$")
		handler.Env = append(os.Environ(), alone+"="+server.Endpoint)
		handler.Stdin, handler.Stderr = bytes.NewReader(input), os.Stderr
		out, err := handler.Output()
		if err != nil {
			b.Fatal(err)
		}
		kilobytes, err := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(kilobytes)/1024, "resident-MB")
		if kilobytes > 256<<10 {
			b.Errorf("the handler's process grew to %d MB, more than 256", kilobytes>>10)
		}
	}
}

// stagedInput stages a list of the given size and returns the input of the merge function.
func stageInput(b *testing.B, store *object.Store, size int64) []byte {
	b.Helper()
	element := `{"key_id":"` + strings.Repeat("k", 500) + `"}`
	count := size / int64(len(element)+1)
	list := io.MultiReader(strings.NewReader("["), &repeated{text: element + ",", left: count}, strings.NewReader(element+"]"))
	if _, err := store.Put(b.Context(), "part.json", list); err != nil {
		b.Fatal(err)
	}
	date := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	section := collect.PartSection{Items: int(count) + 1, Fragments: []collect.Fragment{{Key: "part.json"}}}
	input, err := json.Marshal(merge.Input{
		Request: collect.Input{Run: "run", Account: "111122223333", Region: "eu-west-1", Interval: snapshot.Daily, Date: "2026-03-11", Now: date},
		Results: []merge.CollectorResult{{Output: collect.Output{Outcome: outcome.Outcome{SourceName: "kms", Status: outcome.Passed}, Sections: map[string]collect.PartSection{"security.kms": section}}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return input
}

// repeated reads the same text again and again.
type repeated struct {
	text string
	rest string
	left int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.rest, r.left = r.text, r.left-1
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

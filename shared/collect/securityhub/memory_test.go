package securityhub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/awsconf"
	"view360/shared/collect"
	"view360/shared/collect/securityhub"
	"view360/shared/collecttest"
	"view360/shared/object"
	"view360/shared/s3disk"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

// alone marks a process that only runs the collector, so that its memory can be measured.
const alone = "VIEW360_SECURITYHUB_ALONE"

// work is what such a process is to do.
type work struct {
	AWS, S3       string // endpoints
	User, Storage aws.Credentials
	Request       collect.Input
}

func TestMain(m *testing.M) {
	if os.Getenv(alone) == "" {
		os.Exit(m.Run())
	}
	if err := collectAlone(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// collectAlone prints the number of findings and the largest resident memory in kB.
func collectAlone() error {
	var w work
	if err := json.NewDecoder(os.Stdin).Decode(&w); err != nil {
		return err
	}
	staging := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &w.S3, UsePathStyle: true, Credentials: credentials.StaticCredentialsProvider{Value: w.Storage}})
	cfg := aws.Config{
		Region: w.Request.Region, BaseEndpoint: &w.AWS, Credentials: credentials.StaticCredentialsProvider{Value: w.User},
		HTTPClient: awsconf.HTTPClient(), Retryer: awsconf.NewRetryer(0),
	}
	collector := securityhub.Collector
	outcome, err := collect.Handler{Collector: collector, Config: cfg, Staging: object.New(staging, "staging", object.Options{})}.Handle(context.Background(), w.Request)
	if err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if peak, found := strings.CutPrefix(line, "VmHWM:"); found {
			fmt.Println(outcome.Items, strings.TrimSuffix(strings.TrimSpace(peak), " kB"))
		}
	}
	return nil
}

// TestManyFindingsNeedTheMemoryOfFew collects ten times as many findings with the memory of few; they are large, so that few
// requests make much. BenchmarkFindings does it with a million of usual size.
func TestManyFindingsNeedTheMemoryOfFew(t *testing.T) { // D17
	onLinux(t)
	few, many := measure(t, findings{1_000, 20_000}), measure(t, findings{10_000, 20_000})
	t.Logf("20 MB of findings took %d MB of memory, 200 MB took %d MB", few>>10, many>>10)
	if more := many - few; more > 24<<10 {
		t.Errorf("ten times as many findings took %d MB more, want a few at most", more>>10)
	}
}

// BenchmarkFindings reports the largest resident memory of the collector's process: a million findings take what two
// hundred thousand take.
func BenchmarkFindings(b *testing.B) {
	onLinux(b)
	for _, number := range []int{200_000, 1_000_000} {
		b.Run(strconv.Itoa(number), func(b *testing.B) {
			for b.Loop() {
				kilobytes := measure(b, findings{number, 600})
				b.ReportMetric(float64(kilobytes)/1024, "resident-MB")
				if kilobytes > 256<<10 {
					b.Errorf("the collector's process grew to %d MB, more than 256", kilobytes>>10)
				}
			}
		})
	}
}

func onLinux(t testing.TB) {
	t.Helper()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("resident memory is read from /proc")
	}
}

// measure collects so many findings in a process of its own.
func measure(t testing.TB, has findings) (kilobytes int) {
	t.Helper()
	bench := collecttest.New(t, securityhub.Collector, simaws.Options{})
	bench.Override(simaws.Answer{Service: "securityhub", Operation: "GetFindings", Give: func(r simaws.Request) (any, error) {
		return has.page(r)
	}})
	disk, err := s3disk.Start(t.TempDir(), "staging")
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	user, err := bench.Config(collecttest.Production).Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storage, err := disk.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(work{AWS: bench.URL(), S3: disk.Endpoint, User: user, Storage: storage, Request: bench.Request})
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	process.Env = append(os.Environ(), alone+"=1")
	var messages bytes.Buffer
	process.Stdin, process.Stderr = bytes.NewReader(input), &messages
	out, err := process.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, messages.String())
	}
	var items int
	if _, err := fmt.Sscan(string(out), &items, &kilobytes); err != nil {
		t.Fatal(err)
	}
	if items != has.number {
		t.Fatalf("got %d findings, want %d", items, has.number)
	}
	return kilobytes
}

// findings are so many of one product, each with a description of so many bytes.
type findings struct{ number, size int }

// page is one page of them; the token is the number of the page.
func (f findings) page(r simaws.Request) (any, error) {
	var in struct{ NextToken string }
	if err := json.Unmarshal(r.Input, &in); err != nil {
		return nil, err
	}
	const most = 100
	page, _ := strconv.Atoi(in.NextToken)
	at := snapshot.Time{Time: collecttest.Now.AddDate(0, 0, -1)}.String()
	found := make([]simaws.SecurityFinding, most)
	for i := range found {
		found[i] = simaws.SecurityFinding{
			ID: fmt.Sprintf("arn:aws:securityhub:us-east-1:528416073925:security-control/S3.8/finding/%d", page*most+i), AwsAccountID: r.Account,
			ProductName: "Security Hub", CreatedAt: at, UpdatedAt: at, Title: "A title of usual length", Description: strings.Repeat("d", f.size),
			Severity: simaws.SeverityLabel{Label: "HIGH"}, Workflow: simaws.WorkflowStatus{Status: "NEW"}, RecordState: "ACTIVE",
		}
	}
	answer := map[string]any{"Findings": found}
	if next := page + 1; next*most < f.number {
		answer["NextToken"] = strconv.Itoa(next)
	}
	return answer, nil
}

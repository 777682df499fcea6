package settle_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"view360/shared/awsconf"

	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/plan"
	"view360/shared/s3disk"
	"view360/shared/settle"
	"view360/shared/snapshot"
)

var settleAccounts = flag.Int("settle.accounts", 20, "accounts that fail in 17 regions at once; 3000 is an organization")

// An organization whose external id was rotated: everything fails, for one cause that names each account, and one account
// has a cause of its own. The operator sees both, within Settle's memory and time.
func TestSettleNamesCausesWhenEverythingFails(t *testing.T) {
	const regions, sources = 17, 22
	server, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	store := object.New(server.Client(), "data", object.Options{})
	var group errgroup.Group
	group.SetLimit(16)
	_, err = plan.WriteList(t.Context(), store, snapshot.PlanKey("run", 0), func(add func(plan.Entry) error) error {
		for a := range *settleAccounts {
			entry := plan.Entry{Request: collect.Input{Run: "run", Account: fmt.Sprintf("%012d", a+1), Interval: snapshot.Daily, Date: "2026-03-11"}}
			for r := range regions {
				region := fmt.Sprintf("eu-test-%d", r+1)
				entry.Regions = append(entry.Regions, plan.Region{Region: region})
				group.Go(func() error { return putFailure(t, store, entry.Request.Account, region, sources) })
			}
			if err := add(entry); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, group.Wait()); err != nil {
		t.Fatal(err)
	}
	got := settleInProcess(t, server)
	if len(got.Lines) != 2 {
		t.Fatalf("got %v, want two causes", got.Lines)
	}
	all := fmt.Sprintf("%d accounts (000000000001 000000000002 000000000003 and %d more), %d sources in eu-test-1 eu-test-10 eu-test-11 and 14 more: denied sts:AssumeRole of arn:aws:iam::ACCOUNT:role/View360Member: ",
		*settleAccounts, *settleAccounts-3, *settleAccounts*regions*sources-1)
	if !strings.HasPrefix(got.Lines[0], all) || !strings.HasSuffix(got.Lines[0], "set the external id of the deployment") {
		t.Errorf("the cause is %s", got.Lines[0])
	}
	if got.Lines[1] != "000000000001 eu-test-1 kms: the key is gone" {
		t.Errorf("the other cause is %s", got.Lines[1])
	}
	t.Attr("tried", fmt.Sprintf("%d reports of a run where everything failed, settled in %s, of which %s of CPU, with %d MB of memory",
		*settleAccounts*regions, got.Took.Round(time.Millisecond), got.CPU.Round(time.Millisecond), got.Bytes>>20))
	if got.Bytes > 128<<20 {
		t.Errorf("settling took %d MB of memory", got.Bytes>>20)
	}
}

// alone is the variable with the endpoint of the store for a process that only settles, so that it can be measured.
const alone = "VIEW360_SETTLE_ALONE"

func TestMain(m *testing.M) {
	if os.Getenv(alone) == "" {
		os.Exit(m.Run())
	}
	if err := settleAlone(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settled is what a process that only settles prints.
type settled struct {
	Lines     []string
	Took, CPU time.Duration
	Bytes     uint64 // all that the program took from the system and never gives back; without that of the race detector
}

func settleAlone() error {
	var server struct {
		Endpoint string
		Storage  aws.Credentials
	}
	if err := json.Unmarshal([]byte(os.Getenv(alone)), &server); err != nil {
		return err
	}
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &server.Endpoint, UsePathStyle: true, Credentials: credentials.StaticCredentialsProvider{Value: server.Storage}, HTTPClient: awsconf.HTTPClient()})
	started := time.Now()
	_, err := settleStore(context.Background(), object.New(client, "data", object.Options{}), 0, 0)
	var partial *settle.Partial
	if !errors.As(err, &partial) {
		return fmt.Errorf("got %w, want a partial run", err)
	}
	out := settled{Lines: partial.Lines, Took: time.Since(started)}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	out.Bytes = memory.Sys
	return json.NewEncoder(os.Stdout).Encode(out)
}

// settleInProcess settles in a process of its own.
func settleInProcess(t *testing.T, server *s3disk.Server) (got settled) {
	t.Helper()
	storage, err := server.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"Endpoint": server.Endpoint, "Storage": storage})
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	process.Env = append(os.Environ(), alone+"="+string(text))
	process.Stderr = os.Stderr
	out, err := process.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	got.CPU = process.ProcessState.UserTime() + process.ProcessState.SystemTime()
	return got
}

func putFailure(t *testing.T, store *object.Store, account, region string, sources int) error {
	t.Helper()
	name := snapshot.Name{Account: account, Region: region, Interval: snapshot.Daily, Date: date}
	report := merge.Report{Account: account, Region: region, Date: "2026-03-11", Interval: snapshot.Daily}
	for s := range sources {
		o := outcome.Outcome{SourceName: fmt.Sprint("source", s), Status: outcome.Denied, Reason: "denied sts:AssumeRole of arn:aws:iam::" + account +
			":role/View360Member: " + strings.Repeat("AWS's words, ", 60) + "set the external id of the deployment"}
		if s == 0 && account == "000000000001" && region == "eu-test-1" {
			o.SourceName, o.Reason = "kms", "the key is gone"
		}
		report.Outcomes = append(report.Outcomes, o)
	}
	return errors.Join(store.PutJSON(t.Context(), snapshot.ReportsPrefix("run")+name.ReportName(), report),
		store.PutJSON(t.Context(), snapshot.FailedPrefix("run")+name.ReportName(), report))
}

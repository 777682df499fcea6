package settle_test

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

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
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	_, err = settleRun(t, store, 0, 0)
	took := time.Since(started)
	runtime.ReadMemStats(&after)
	var partial *settle.Partial
	if !errors.As(err, &partial) || len(partial.Lines) != 2 {
		t.Fatalf("got %v, want two causes", err)
	}
	all := fmt.Sprintf("%d accounts (000000000001 000000000002 000000000003 and %d more), %d sources in eu-test-1 eu-test-10 eu-test-11 and 14 more: denied sts:AssumeRole of arn:aws:iam::ACCOUNT:role/View360Member: ",
		*settleAccounts, *settleAccounts-3, *settleAccounts*regions*sources-1)
	if !strings.HasPrefix(partial.Lines[0], all) || !strings.HasSuffix(partial.Lines[0], "set the external id of the deployment") {
		t.Errorf("the cause is %s", partial.Lines[0])
	}
	if partial.Lines[1] != "000000000001 eu-test-1 kms: the key is gone" {
		t.Errorf("the other cause is %s", partial.Lines[1])
	}
	t.Attr("tried", fmt.Sprintf("%d reports of a run where everything failed, settled in %s", *settleAccounts*regions, took.Round(time.Millisecond)))
	t.Logf("%d reports: %s, %d MB of system memory (%d MB before)", *settleAccounts*regions, took.Round(time.Millisecond), after.Sys>>20, before.Sys>>20)
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

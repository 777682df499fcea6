package test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"view360/shared/collect"
	"view360/shared/collect/kms"
	"view360/shared/collecttest"
	"view360/shared/object"
	"view360/shared/s3disk"
	"view360/shared/simaws"
)

func TestFailedSourceLeavesOneMessageAndEmptySection(t *testing.T) { // D7, D8
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
	c.Fault(simaws.Fault{Service: "kms", Operation: "DescribeKey", Kind: simaws.Denied})
	c.Fault(simaws.Fault{Service: "config", Kind: simaws.Denied})
	c.run("denied", map[string]any{"regions": []string{"us-east-1"}, "services": []string{"config", "kms"}})
	p := c.readSnapshot(collecttest.Production, "us-east-1", today)
	t.Run("many failures of a source are one message", func(t *testing.T) { // D7
		if message := p.Logs.Messages["kms"]; !strings.Contains(message, "items could not be read") || strings.Count(message, "denied kms:DescribeKey") == 0 {
			t.Errorf("the message is %q", message)
		}
	})
	t.Run("an object that failed is an empty object", func(t *testing.T) { // D8
		if p.Sections["config"] != "{}" || p.Sections["config_inventory"] != "[]" {
			t.Errorf("config is %s, config_inventory is %s", p.Sections["config"], p.Sections["config_inventory"])
		}
	})
}

func TestOneConfigServesManyCollectors(t *testing.T) { // D16
	b := collecttest.New(t, kms.Collector, simaws.Options{})
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	handler := collect.Handler{Collector: kms.Collector, Config: b.Config(collecttest.Production), Staging: object.New(disk.Client(), "data", object.Options{})}
	items := make([]int, 8)
	var group errgroup.Group
	for i := range items {
		group.Go(func() error {
			request := b.Request
			request.Region = []string{"us-east-1", "eu-west-1"}[i%2]
			outcome, err := handler.Handle(t.Context(), request)
			items[i] = outcome.Items
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if items[0] == 0 || items[1] == 0 || !slices.Equal(items[:2], items[6:]) {
		t.Errorf("%v keys of two regions in turn", items)
	}
}

// windows are the days that findings are asked for.
type windows struct {
	mu   sync.Mutex
	days map[string]bool
}

func (w *windows) record(r simaws.Request) (start string) {
	var input struct {
		FindingCriteria struct {
			Criterion map[string]struct{ GreaterThanOrEqual json.Number }
		}
	}
	if err := json.Unmarshal(r.Input, &input); err != nil {
		return err.Error()
	}
	start = input.FindingCriteria.Criterion["updatedAt"].GreaterThanOrEqual.String()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.days[start] = true
	return start
}

// takeDays returns the days, and forgets them.
func (w *windows) takeDays() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	days := w.days
	w.days = map[string]bool{}
	return days
}

func TestBackfillContinuesWhereItStopped(t *testing.T) { // D23, D27
	const broken = "1772755200000" // 6 March 2026
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
	seen := &windows{days: map[string]bool{}}
	var repaired atomic.Bool
	c.Override(simaws.Answer{Service: "guardduty", Operation: "ListFindings", Give: func(r simaws.Request) (any, error) {
		if seen.record(r) == broken && !repaired.Load() {
			return nil, simaws.Failure(400, "BadRequestException", "The request is rejected.")
		}
		return nil, simaws.ErrPassOn
	}})
	input := map[string]any{"history": "TRUE", "start": "2026-03-06", "end": "2026-03-08", "regions": []string{"us-east-1"}, "services": []string{"guardduty"}}
	ended := c.run("history", input)
	if days := seen.takeDays(); ended.Error != "View360.PartialSnapshot" || len(days) != 3 {
		t.Fatalf("ended with %s %s after the days %v", ended.Status, ended.Error, days)
	}
	repaired.Store(true)
	input["resume"] = true
	ended = c.run("resumed", input)
	t.Run("a backfill goes on where it was cut", func(t *testing.T) { // D23
		if diff := cmp.Diff(map[string]bool{broken: true}, seen.takeDays()); ended.Status != "SUCCEEDED" || diff != "" {
			t.Errorf("ended with %s %s: %s", ended.Status, ended.Cause, diff)
		}
	})
	t.Run("a backfill says what it published", func(t *testing.T) { // D27
		var summary struct{ Published int }
		if c.decode(ended.Output, &summary); summary.Published != 1 {
			t.Errorf("the output is %s", ended.Output)
		}
	})
}

// logged has the log lines of the execution that TestLogsAreStructured starts. TestMain makes it the log of all tests.
var logged logLines

const loggedExecution = "logged"

type logLines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logLines) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte(`"execution":"`+loggedExecution+`"`)) {
		return len(line), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestLogsAreStructured(t *testing.T) { // D73
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
	c.run(loggedExecution, map[string]any{"regions": []string{"us-east-1"}, "services": []string{"kms"}})
	for line := range strings.Lines(logged.String()) {
		var entry struct{ Level, Msg, Account, Region, Service, Execution, Status string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if entry.Service == "kms" && entry.Msg == "collected" {
			if entry.Level != "INFO" || entry.Account != collecttest.Production || entry.Region != "us-east-1" || entry.Execution != loggedExecution || entry.Status != "passed" {
				t.Errorf("the line is %s", line)
			}
			return
		}
	}
	t.Errorf("no line of the collector in %s", logged.String())
}

package asl_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

// killableFolder is a folder that ignores what is saved after the process is killed.
type killableFolder struct {
	*asl.Folder
	mu     sync.Mutex
	killed bool
}

func (c *killableFolder) Save(r asl.Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.killed {
		return nil
	}
	return c.Folder.Save(r)
}

func (c *killableFolder) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.killed = true
}

var interruptible = `"A":` + worker + `"Assign":{"seen":"{% $states.result.Payload %}"},"Next":"M"},
	"M":{"Type":"Map",` + items(`["a","b","c"]`) + `"MaxConcurrency":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{
		"P":` + worker + `"Next":"Q"},"Q":` + worker + `"End":true}}},"Output":"{% [$seen, $states.result] %}","End":true}`

// A process is killed at each call of a function. The next process shows its execution as aborted, and a redrive repeats
// nothing that had succeeded.
func TestExecutionOfKilledProcessIsRedriven(t *testing.T) {
	all := []string{`f {}`, `f "a"`, `f "a"`, `f "b"`, `f "b"`, `f "c"`, `f "c"`}
	for at := range all {
		dir := t.TempDir()
		first := newLab()
		store := &killableFolder{Folder: openFolder(t, dir)}
		first.Store = store
		calls := 0
		first.functions["f"] = func(payload json.RawMessage) (any, error) {
			if calls == at {
				store.kill()
			}
			calls++
			return payload, nil
		}
		x := first.run(t, machine("A", interruptible), `{}`)

		second := newLab()
		second.Store = openFolder(t, dir)
		second.repairable("f")
		second.Use(parse(t, machine("A", interruptible)))
		if arns, err := second.Recover(); err != nil || !slices.Equal(arns, []string{x.ARN}) {
			t.Fatalf("recovered %v, error %v", arns, err)
		}
		again, known := second.Lookup(x.ARN)
		if !known {
			t.Fatal("the execution is lost")
		}
		if s := again.Describe(); s.Status != asl.Aborted || s.Error != "View360.Interrupted" || s.Stopped.IsZero() || s.Output != nil {
			t.Fatalf("killed at call %d, it is shown as %+v", at, s)
		}
		if status, reason := again.RedriveStatus(); status != "REDRIVABLE" {
			t.Fatalf("killed at call %d, it is %s: %s", at, status, reason)
		}
		if err := second.Redrive(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		if got, want := showEnd(again), `[{},"a","b","c"]`; got != want {
			t.Errorf("killed at call %d and redriven, it ended with %s, want %s", at, got, want)
		}
		if diff := cmp.Diff(all[at:], second.takeCalls()); diff != "" {
			t.Errorf("killed at call %d, calls of the redrive (-want +got):\n%s", at, diff)
		}
		if arns, err := second.Recover(); err != nil || len(arns) > 0 {
			t.Errorf("after the redrive got %v to recover, error %v", arns, err)
		}
	}
}

func listNames(list []*asl.Execution) (all []string) {
	for _, x := range list {
		all = append(all, x.Name+" "+string(x.Describe().Status))
	}
	return all
}

func TestExecutionsAreListedNewestFirst(t *testing.T) {
	dir := t.TempDir()
	first := newLab()
	now := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	first.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	first.Store = openFolder(t, dir)
	m := parse(t, machine("M", `"M":{"Type":"Map",`+items(`{% $states.input %}`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true}`))
	first.Run(t.Context(), m, "z-first", []byte(`"[1]"`))
	first.Run(t.Context(), m, "second", []byte(`"no list"`))
	waiting := parse(t, machine("W", `"W":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"retryable"},"Retry":[{"ErrorEquals":["RetryableError"]}],"End":true}`))
	first.Sleep = func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done()
		return ctx.Err()
	}
	x, err := first.Start(t.Context(), waiting, "third", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"third RUNNING", "second FAILED", "z-first SUCCEEDED"}
	if diff := cmp.Diff(want, listNames(first.List())); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	x.Stop("", "")
	<-x.Done()

	second := newLab()
	folder := openFolder(t, dir)
	second.Store = folder
	second.Now = first.Now
	if list := second.List(); len(list) != 0 {
		t.Errorf("an engine that has no machine lists %v", listNames(list))
	}
	second.Use(m)
	list := second.List()
	if diff := cmp.Diff([]string{"third ABORTED", "second FAILED", "z-first SUCCEEDED"}, listNames(list)); diff != "" {
		t.Errorf("list of another process (-want +got):\n%s", diff)
	}

	// An execution from a list can be redriven, and a stale copy of it too.
	if err := second.Redrive(t.Context(), list[1]); err != nil || len(list[1].History()) < 5 {
		t.Errorf("redriving from a list: error %v, events %v", err, eventTypes(list[1]))
	}
	old := second.List()[1]
	if err := second.Redrive(t.Context(), list[1]); err != nil {
		t.Fatal(err)
	}
	if err := second.Redrive(t.Context(), old); err != nil || old.Describe().RedriveCount != 3 {
		t.Errorf("redriving what an old list says: error %v, redrive count %d", err, old.Describe().RedriveCount)
	}

	if err := folder.Forget(now); err != nil {
		t.Fatal(err)
	}
	if _, known := second.Lookup(x.ARN); known || len(second.List()) != 0 {
		t.Errorf("after all was forgotten: %v", listNames(second.List()))
	}
	if run, known := second.MapRun("arn:aws:states:local:000000000000:mapRun:test/M:z-first-1"); known {
		t.Errorf("a forgotten map run: %+v", run)
	}
}

func TestMapRunIsFoundByItsARN(t *testing.T) {
	l := newLab()
	l.Store = openFolder(t, t.TempDir())
	l.run(t, machine("M", `"M":{"Type":"Map",`+items(`[1,2]`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true}`), `{}`)
	run, known := l.MapRun("arn:aws:states:local:000000000000:mapRun:test/M:run-1")
	if !known || run.Status != asl.Succeeded || len(run.Children) != 2 {
		t.Errorf("the map run is %+v", run)
	}
	for _, arn := range []string{"", "arn:aws:states:local:000000000000:mapRun:test/M:run-2", "arn:aws:states:local:000000000000:mapRun:test/M:other-1", "arn:aws:states:local:000000000000:execution:test:run"} {
		if _, known := l.MapRun(arn); known {
			t.Errorf("map run %q exists", arn)
		}
	}
}

// A power cut leaves files that end anywhere. The next process starts all the same, and can run again what it cannot read.
func TestCutFilesStopNoLaterStart(t *testing.T) {
	for _, file := range []string{"test/run.json", "test/M/run-1-0.json"} {
		whole := 1
		for cut := 0; cut < whole; cut += max(1, whole/40) {
			dir := t.TempDir()
			store := &killableFolder{Folder: openFolder(t, dir)}
			first := newLab()
			first.Store = store
			first.functions["f"] = func(payload json.RawMessage) (any, error) {
				if string(payload) == `"b"` {
					store.kill()
				}
				return payload, nil
			}
			first.run(t, machine("A", interruptible), `{}`)
			path := filepath.Join(dir, file)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			whole = len(content) - 1 // without the end of the line
			if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			second := newLab()
			second.Store = openFolder(t, dir)
			second.functions["f"] = func(payload json.RawMessage) (any, error) { return payload, nil }
			parsed := parse(t, machine("A", interruptible))
			second.Use(parsed)
			if _, err := second.Recover(); err != nil {
				t.Fatalf("%s cut after %d bytes: %v", file, cut, err)
			}
			x, err := second.Start(t.Context(), parsed, "run", []byte(`{}`))
			if err != nil && len(second.List()) == 1 { // it could be recovered
				x = second.List()[0]
				err = second.Redrive(t.Context(), x)
			}
			if err != nil {
				t.Fatalf("%s cut after %d bytes: %v", file, cut, err)
			}
			if <-x.Done(); x.Describe().Status != asl.Succeeded {
				t.Errorf("%s cut after %d bytes: run again, it ended with %v", file, cut, x.Describe())
			}
			if err := second.Store.(*asl.Folder).Forget(time.Now().Add(time.Hour)); err != nil {
				t.Errorf("%s cut after %d bytes: deleting: %v", file, cut, err)
			}
		}
	}
}

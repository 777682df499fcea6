package asl_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
)

func openFolder(t *testing.T, dir string) *asl.Folder {
	t.Helper()
	folder, err := asl.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return folder
}

// Another process with the same store shows and redrives the executions of an earlier one, with children and iterations.
func TestStoreOutlivesTheEngine(t *testing.T) {
	states := `"A":{"Type":"Pass","Assign":{"big":12345678901234567,"none":null,"list":[]},"Next":"M"},
		"M":{"Type":"Map",` + items(`["a","b"]`) + `"MaxConcurrency":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"N","States":{
			"N":{"Type":"Map","Items":"{% [1,2,3] %}","ItemSelector":"{% $states.input & $states.context.Map.Item.Value %}","MaxConcurrency":1,"ItemProcessor":{"StartAt":"W","States":{
				"W":` + worker + `"Assign":{"done":"{% $states.context.Map.Item.Index %}"},"Next":"V"},"V":{"Type":"Pass","Output":"{% $states.input & $done %}","End":true}}},"End":true}}},
		"Output":{"result":"{% $states.result %}","big":"{% $big %}","none":"{% $none %}","list":"{% $list %}"},"End":true}`
	dir := t.TempDir()
	first := newLab()
	first.Store = openFolder(t, dir)
	first.repairable("f", `"a2"`)
	x := first.run(t, machine("A", states), `{}`)
	if got := x.Describe(); got.Error != "States.ExceedToleratedFailureThreshold" {
		t.Fatalf("ended with %s", showEnd(x))
	}

	second := newLab()
	second.Store = openFolder(t, dir)
	second.repairable("f")
	second.Use(parse(t, machine("A", states)))
	again, known := second.Lookup(x.ARN)
	if !known {
		t.Fatal("the second engine does not know the execution")
	}
	if diff := cmp.Diff(x.Describe(), again.Describe(), cmp.Comparer(func(a, b asl.Description) bool {
		return a.Started.Equal(b.Started) && a.Stopped.Equal(b.Stopped) && a.Cause == b.Cause && a.Status == b.Status
	})); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(eventTypes(x), eventTypes(again)); diff != "" {
		t.Errorf("restored events (-want +got):\n%s", diff)
	}
	if err := second.Redrive(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got, want := showEnd(again), `{"big":12345678901234567,"list":[],"none":null,"result":[["a10","a21","a32"],["b10","b21","b32"]]}`; got != want {
		t.Errorf("redriven, it ended with %s, want %s", got, want)
	}
	want := []string{`f "a2"`, `f "a3"`, `f "b1"`, `f "b2"`, `f "b3"`}
	if diff := cmp.Diff(want, second.takeCalls()); diff != "" {
		t.Errorf("calls of the redrive (-want +got):\n%s", diff)
	}
	if child, known := second.Lookup(again.MapRuns()[0].Children[1].ARN); !known || child.Describe().Status != asl.Succeeded {
		t.Error("the store does not have the child as it ended")
	}
}

func TestFolderKeepsExecutions(t *testing.T) {
	dir := t.TempDir()
	l := newLab()
	l.Store = openFolder(t, dir)
	l.run(t, machine("M", `"M":{"Type":"Map","Label":"Items",`+items(`[1,2]`)+`"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"End":true}`), `{}`)
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"test/Items/run-1-0.json", "test/Items/run-1-1.json", "test/run.json"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	const prefix = "arn:aws:states:local:000000000000:execution:"
	if _, err := l.Store.Load(prefix + "test:other"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an execution that does not exist: got error %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arn := range []string{prefix + "..:secret", "arn", prefix + "a:b/c"} {
		if r, err := l.Store.Load(arn); err == nil {
			t.Errorf("loading %s: got %+v, want an error", arn, r)
		}
	}
	if _, err := l.Start(t.Context(), parse(t, machine("A", `"A":{"Type":"Succeed"}`)), "run", []byte(`{}`)); err == nil || !strings.Contains(err.Error(), "ExecutionAlreadyExists") {
		t.Errorf("a name that is in the store: got error %v", err)
	}
}

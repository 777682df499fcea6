// Package collecttest runs a collector as its Lambda does, against the simulated AWS and a staging store on disk, and
// gives tests what came out: the outcome, the sections, the calls. Tests only.
package collecttest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

// The default accounts of the simulated organization that tests ask for by character.
const (
	Platform   = "394057281643"
	Production = "528416073925"
	Staging    = "740915362087"
	Sandbox    = "865201497310"
)

// Now is the clock of the simulated organization and of every run: two hours into 11 March 2026.
var Now = time.Date(2026, time.March, 11, 2, 0, 0, 0, time.UTC)

// Bench is one collector over a simulated organization. Tests change Request before they run it.
type Bench struct {
	*simaws.Server
	Request   collect.Input
	t         testing.TB
	collector collect.Collector
	store     *object.Store
}

// New starts an organization for the collector. The request is a daily one of the production account in its home
// region, eu-west-1 being another.
func New(t testing.TB, collector collect.Collector, options simaws.Options) *Bench {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return Now }
	}
	organization, err := simaws.Start(t.Context(), simaws.New(options))
	if err != nil {
		t.Fatal(err)
	}
	disk, err := s3disk.Start(t.TempDir(), "staging")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	return &Bench{
		Server: organization, t: t, collector: collector, store: object.New(disk.Client(), "staging", object.Options{}),
		Request: collect.Input{
			Run: "run-1", Account: Production, Region: "us-east-1", Home: true, Covered: findRegions(organization, Production), Interval: snapshot.Daily,
			Date: Now.Format(time.DateOnly), Window: snapshot.WindowOf(snapshot.Daily, Now), Now: Now,
		},
	}
}

// Result is what one run left behind.
type Result struct {
	collect.Output
	// Err is the handler's error. The outcome is empty then.
	Err error
	// Content is the text of every section by its path.
	Content map[string]json.RawMessage
}

// Run runs the collector's handler.
func (b *Bench) Run() Result {
	b.t.Helper()
	return b.RunUntil(b.t.Context())
}

// RunUntil runs the collector's handler until ctx ends.
func (b *Bench) RunUntil(ctx context.Context) Result {
	b.t.Helper()
	output, err := collect.Handler{Collector: b.collector, Config: b.Config(b.Request.Account), Staging: b.store}.Handle(ctx, b.Request)
	result := Result{Output: output, Err: err, Content: map[string]json.RawMessage{}}
	for path, section := range output.Sections {
		result.Content[path] = b.readSection(section)
	}
	return result
}

// Passed runs the collector and fails the test unless the source passed without a warning.
func (b *Bench) Passed() Result {
	b.t.Helper()
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Passed {
		b.t.Fatalf("got status %q (%s), error %v, want %q", result.Status, result.Reason, result.Err, outcome.Passed)
	}
	return result
}

func (b *Bench) readSection(section collect.PartSection) json.RawMessage {
	b.t.Helper()
	var text bytes.Buffer
	for _, fragment := range section.Fragments {
		text.WriteString(fragment.Text)
		if fragment.Key == "" {
			continue
		}
		staged, _, err := b.store.Open(b.t.Context(), object.Version{Key: fragment.Key})
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := io.Copy(&text, staged); err != nil {
			b.t.Fatal(err)
		}
		if err := staged.Close(); err != nil {
			b.t.Fatal(err)
		}
	}
	if !json.Valid(text.Bytes()) {
		b.t.Fatalf("the section is not JSON: %.500s", text.Bytes())
	}
	return text.Bytes()
}

// Staged reads into value a section that the collector staged for a date, YYYY-MM-DD, and reports whether there is one.
func (b *Bench) Staged(date, section string, value any) bool {
	b.t.Helper()
	request := b.Request
	request.Date = date
	name, err := request.Name()
	if err != nil {
		b.t.Fatal(err)
	}
	err = b.store.GetJSON(b.t.Context(), snapshot.SectionKey(name.PartPrefix(b.collector.SourceName), section), value)
	if err != nil && !object.IsMissing(err) {
		b.t.Fatal(err)
	}
	return err == nil
}

// Elements decodes an array section strictly: a member that T lacks fails the test.
func Elements[T any](t testing.TB, result Result, section string) []T {
	t.Helper()
	content, there := result.Content[section]
	if !there {
		t.Fatalf("section %s is missing: status %q, error %v", section, result.Status, result.Err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	var elements []T
	if err := decoder.Decode(&elements); err != nil {
		t.Fatalf("decoding %s: %v", section, err)
	}
	return elements
}

var update = flag.Bool("update", false, "write the golden files")

// Golden compares the sections with testdata/<name>.golden.json; the flag -update writes it.
func (r Result) Golden(t testing.TB, name string) {
	t.Helper()
	got, err := json.MarshalIndent(r.Content, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := "testdata/" + name + ".golden.json"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// Calls returns the calls of the collector, without the handler's own question whose account it is in.
func (b *Bench) Calls() []simaws.Call {
	return slices.DeleteFunc(b.Server.Calls(), func(c simaws.Call) bool { return c.Operation == "GetCallerIdentity" })
}

// Operations are the operations that were called, such as kms:ListKeys, sorted. Their prefix is the signing name.
func (b *Bench) Operations() []string {
	var called []string
	for _, call := range b.Calls() {
		called = append(called, call.Service+":"+call.Operation)
	}
	slices.Sort(called)
	return slices.Compact(called)
}

// LeastPrivilege fails the test unless the calls so far are exactly what the catalog's row allows the collector.
func (b *Bench) LeastPrivilege() {
	b.t.Helper()
	source, known := catalog.FindByName(b.collector.SourceName)
	if !known {
		b.t.Fatalf("%s is not in the catalog", b.collector.SourceName)
	}
	var allowed []string
	for _, action := range source.Actions {
		service, operation, _ := strings.Cut(action.Name, ":")
		if action.Dependent {
			continue
		}
		if action.Operation != "" {
			operation = action.Operation
		}
		allowed = append(allowed, service+":"+operation)
		if action.Also != "" {
			allowed = append(allowed, service+":"+action.Also)
		}
	}
	slices.Sort(allowed)
	if diff := cmp.Diff(allowed, b.Operations()); diff != "" {
		b.t.Errorf("calls of %s differ from the catalog's actions (-allowed +called):\n%s", b.collector.SourceName, diff)
	}
}

// findRegions returns the regions of an account.
func findRegions(server *simaws.Server, id string) []string {
	for _, a := range server.Organization.Accounts() {
		if a.ID == id {
			return a.Regions
		}
	}
	return nil
}

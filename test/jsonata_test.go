package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/asl"
	"view360/shared/object"
	"view360/shared/snapshot"
	"view360/statemachines"
)

// TerminalError is what a function that must not be retried returns.
type TerminalError struct{ error }

// evaluations are the different questions that runs of the machines asked of JSONata, by expression and variables.
type evaluations struct {
	mu    sync.Mutex
	asked map[string]asl.Evaluation
}

func (e *evaluations) add(evaluation asl.Evaluation) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked[evaluation.Expression+string(evaluation.Variables)] = evaluation
}

var expression = regexp.MustCompile(`\{%\s*(.*?)\s*%\}`)

// Every expression of both machines has the result of the reference implementation, with the variables of real runs.
func TestExpressionsAgreeWithTheReferenceImplementation(t *testing.T) {
	t.Parallel()
	modules := toolModules(t, "jsonata")
	asked := recordEvaluations(t)
	for name, definition := range map[string][]byte{"collect": statemachines.Collect, "load": statemachines.Load} {
		for _, found := range expression.FindAllSubmatch(definition, -1) {
			if !slices.ContainsFunc(asked, func(e asl.Evaluation) bool { return e.Expression == string(found[1]) }) {
				t.Errorf("%s: no run evaluated %s", name, found[1])
			}
		}
	}
	for i, answer := range askReference(t, modules, asked) {
		if diff := cmp.Diff(decodeJSON(t, answer), decodeJSON(t, asked[i].Result)); diff != "" {
			t.Errorf("%s with %s (-reference +ours):\n%s", asked[i].Expression, asked[i].Variables, diff)
		}
	}
	t.Logf("%d evaluations agree", len(asked))
}

// recordEvaluations runs both machines, with success and with every kind of failure.
func recordEvaluations(t *testing.T) []asl.Evaluation {
	t.Helper()
	e := evaluations{asked: map[string]asl.Evaluation{}}
	p := newPipeline(t)
	p.orchestrator.OnEvaluation(e.add)
	account := p.organization.Accounts()[0].ID
	one := map[string]any{"accounts": []string{account}}
	fails := func(function string) (restore func()) {
		whole := p.functions[function]
		p.functions[function] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return nil, &TerminalError{errors.New("broken by the test")}
		}
		return func() { p.functions[function] = whole }
	}

	p.run(t.Context(), p.collect, "dry", map[string]any{"accounts": []string{account}, "dry_run": true})
	for _, function := range []string{"collect-account", "collect-kms", "merge"} {
		restore := fails(function)
		x := p.run(t.Context(), p.collect, "without-"+function, one)
		restore()
		p.must(p.orchestrator.Redrive(t.Context(), x))
	}
	key := ""
	p.must(p.store.List(t.Context(), snapshot.DataPrefix, func(v object.Version) error { key = v.Key; return nil }))
	load := map[string]string{"bucket": "data", "key": key}
	restore := fails("load-security")
	x := p.run(t.Context(), p.load, "without-load-security", load)
	restore()
	p.must(p.orchestrator.Redrive(t.Context(), x))
	if _, err := p.store.Put(t.Context(), key, bytes.NewReader([]byte("not a snapshot"))); err != nil {
		t.Fatal(err)
	}
	p.run(t.Context(), p.load, "rejected", load)
	return slices.Collect(maps.Values(e.asked))
}

// askReference evaluates with npm jsonata, the implementation that Step Functions names.
func askReference(t *testing.T, modules string, asked []asl.Evaluation) []json.RawMessage {
	t.Helper()
	questions, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "testdata/jsonata.cjs")
	node.Env = append(os.Environ(), "NODE_PATH="+modules)
	node.Stdin = bytes.NewReader(questions)
	var complaint bytes.Buffer
	node.Stderr = &complaint
	output, err := node.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint.Bytes())
	}
	var answers []json.RawMessage
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// toolModules returns the folder of the npm modules of .ci/tools/install. It skips the test without them.
func toolModules(t *testing.T, module string) string {
	t.Helper()
	modules, err := filepath.Abs("../.ci/tools/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, module)); err != nil {
		t.Skipf("skipped: npm module %s is missing, .ci/tools/install installs it", module)
	}
	return modules
}

func decodeJSON(t *testing.T, text json.RawMessage) any {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

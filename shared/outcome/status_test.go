package outcome_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"view360/shared/outcome"
)

// declaredStatuses returns the constants of type Status, as the source has them.
func declaredStatuses(t *testing.T) (statuses []outcome.Status) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "status.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		block, isBlock := declaration.(*ast.GenDecl)
		if !isBlock || block.Tok != token.CONST {
			continue
		}
		for _, spec := range block.Specs {
			value := spec.(*ast.ValueSpec)
			if name, isStatus := value.Type.(*ast.Ident); isStatus && name.Name == "Status" {
				text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				statuses = append(statuses, outcome.Status(text))
			}
		}
	}
	return statuses
}

func TestEveryStatusHasOneFullRow(t *testing.T) {
	t.Parallel()
	declared := declaredStatuses(t)
	if len(declared) < 12 || len(declared) != len(outcome.Infos) {
		t.Errorf("%d statuses are declared, %d have a row", len(declared), len(outcome.Infos))
	}
	labels := map[string]bool{}
	for _, status := range declared {
		info := status.Info()
		if info.Status != status || info.Label == "" || labels[info.Label] {
			t.Errorf("%s has the row %+v", status, info)
		}
		labels[info.Label] = true
		if !slices.Contains([]string{"bad", "warn", "good", "idle"}, info.Color) || !slices.Contains([]string{outcome.LogPass, outcome.LogFail, outcome.LogSkipped}, info.Log) {
			t.Errorf("%s has the color %q and the log status %q", status, info.Color, info.Log)
		}
		if info.Failed != (info.Log == outcome.LogFail) || info.Failed && (info.NotApplicable || info.Complete || info.Error == "") || info.CollectAgain && !info.Failed {
			t.Errorf("%s contradicts itself: %+v", status, info)
		}
		if info.Retryable != (info.Error == outcome.RetryableError) {
			t.Errorf("%s is retryable: %t, its error is %s", status, info.Retryable, info.Error)
		}
		if attention := info.Color == "bad" || info.Color == "warn"; attention != info.NeedsAction || info.Remedy == "" && info.NeedsAction {
			t.Errorf("%s needs action: %t, its remedy is %q", status, status.NeedsAction(), info.Remedy)
		}
	}
}

func TestUnknownStatusIsAFailure(t *testing.T) {
	t.Parallel()
	info := outcome.Status("of a newer version").Info()
	if !info.Failed || info.Label != "of a newer version" || outcome.Compare("of a newer version", outcome.Denied) >= 0 {
		t.Errorf("an unknown status is %+v", info)
	}
}

func TestErrorNamesStandForStatuses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]outcome.Status{
		outcome.AccessDeniedError: outcome.Denied, outcome.RetryableError: outcome.Transient, outcome.TerminalError: outcome.Failed,
		outcome.NotSubscribedError: outcome.NotEnabled, "Lambda.Unknown": outcome.Failed, "States.Timeout": outcome.Failed, "": outcome.Failed,
	} {
		if got := outcome.FromError(name); got != want {
			t.Errorf("%q stands for %s, want %s", name, got, want)
		}
	}
}

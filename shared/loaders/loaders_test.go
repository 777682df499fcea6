package loaders_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/loaders"
	"view360/statemachines"
)

// TestLoadMachineRunsEveryGroup compares the groups in statemachines/load.asl.json with the list.
func TestLoadMachineRunsEveryGroup(t *testing.T) {
	type group struct{ Group, Function string }
	var machine struct {
		States struct {
			LoadAccount struct {
				Arguments struct {
					FunctionName string
					Payload      struct{ Group string }
				}
				Output struct{ Groups []group }
			}
		}
	}
	if err := json.Unmarshal(statemachines.Load, &machine); err != nil {
		t.Fatal(err)
	}
	account := machine.States.LoadAccount.Arguments
	got := append([]group{{account.Payload.Group, account.FunctionName}}, machine.States.LoadAccount.Output.Groups...)
	var want []group
	for _, g := range loaders.Groups {
		want = append(want, group{g.Name, "${" + loaders.Placeholder(g) + "}"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryGroupHasItsFunction(t *testing.T) {
	var want, got []string
	for _, g := range loaders.Groups {
		want = append(want, g.Name)
		program, err := os.ReadFile(filepath.Join("..", "..", "functions", "load", g.Name, "main.go"))
		if call := "loadrun.Load(" + g.Name + ".Group)"; !strings.Contains(string(program), call) {
			t.Errorf("functions/load/%s does not call %s: %v", g.Name, call, err)
		}
	}
	functions, err := os.ReadDir(filepath.Join("..", "..", "functions", "load"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		got = append(got, f.Name())
	}
	if len(got) != len(want) {
		t.Errorf("functions/load has %v for the groups %v", got, want)
	}
}

// TestEveryTableHasItsTest looks for a call of loadtest.Run beside each table's mapping.
func TestEveryTableHasItsTest(t *testing.T) {
	for _, g := range loaders.Groups {
		files, err := filepath.Glob(filepath.Join("..", "load", g.Name, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var tests strings.Builder
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(text)
		}
		for _, table := range g.Tables {
			if call := `loadtest.Run(t, "` + table.Name + `"`; !strings.Contains(tests.String(), call) {
				t.Errorf("shared/load/%s: no test has %s", g.Name, call)
			}
		}
	}
}

// Command trial tries whether a run keeps its promises: it kills, breaks and loses what it can, and compares the end with that
// of an undisturbed run. It prints the table of test/README.md, and ends with 1 if anything differs.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// campaign is a run of the tests of one package. Each of them says what it tried by the attribute "tried".
type campaign struct {
	pkg, tests   string
	small, large []string // sizes
}

var campaigns = []campaign{
	{"./infra/view360", "TestStoppedCollectionResumesToTheSameFiles", nil, []string{"-stopped-runs=100"}},
	{"./shared/settle", "TestSettleNamesCausesWhenEverythingFails", nil, []string{"-settle.accounts=3000"}},
	{
		"./test", "TestEveryTaskMayRunTwice|TestFaultOfAnOperationHasItsOutcome|TestCollectorsKeepToTheQuotas|TestKilledLoaders|TestKilledServer|TestConnectionsCutAtEachStatement|TestCollectMachineStaysWithinServiceLimits",
		[]string{"-kills=20", "-server-kills=2", "-cut-every=59"},
		[]string{"-kills=1000", "-server-kills=50", "-cut-every=1", "-scale.accounts=3000"},
	},
}

func main() {
	large := flag.Bool("large", false, "the sizes of a large organization, which take hours")
	flag.Parse()
	ok := true
	fmt.Println("| tried | differences |\n|---|---|")
	for _, c := range campaigns {
		passed, err := c.run(*large)
		if err != nil {
			fmt.Fprintf(os.Stderr, "trial: running the tests of %s: %v\n", c.pkg, err)
		}
		ok = ok && passed && err == nil
	}
	if !ok {
		os.Exit(1)
	}
}

// run runs the tests and prints a line for each attribute. What failed is printed as go test prints it.
func (c campaign) run(large bool) (passed bool, err error) {
	sizes := c.small
	if large {
		sizes = c.large
	}
	command := exec.Command("go", append([]string{"test", "-json", "-count=1", "-timeout=6h", "-run", "^(" + c.tests + ")", c.pkg}, sizes...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := command.Start(); err != nil {
		return false, err
	}
	rows, err := readEvents(out)
	if err != nil {
		return false, err
	}
	failed := command.Wait() // its exit code says that tests failed, and the rows say which
	for _, row := range rows {
		for _, tried := range row.tried {
			fmt.Printf("| %s | %d |\n", tried, row.differences)
		}
		if row.differences > 0 {
			fmt.Fprintf(os.Stderr, "%s %s:\n%s", c.pkg, row.test, row.output.String())
		}
	}
	return failed == nil, nil
}

// row is what one test, without its subtests, tried.
type row struct {
	test        string
	tried       []string
	differences int // failed tests and subtests
	output      strings.Builder
}

// readEvents reads the events of go test -json.
// Source: https://pkg.go.dev/cmd/test2json
func readEvents(events io.Reader) ([]*row, error) {
	var rows []*row
	byTest := map[string]*row{}
	for lines := json.NewDecoder(bufio.NewReader(events)); ; {
		var event struct{ Action, Test, Key, Value, Output string }
		if err := lines.Decode(&event); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the events of go test: %w", err)
		}
		test, _, _ := strings.Cut(event.Test, "/")
		r := byTest[test]
		if r == nil {
			r = &row{test: test}
			rows, byTest[test] = append(rows, r), r
		}
		switch {
		case event.Action == "attr" && event.Key == "tried":
			r.tried = append(r.tried, event.Value)
		case event.Action == "output":
			r.output.WriteString(event.Output)
		case event.Action == "fail":
			r.differences++
		}
	}
}

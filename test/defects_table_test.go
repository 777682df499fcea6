package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryDefectHasItsTest checks defects.tsv: each row names a defect of the Python version, or of its deployment
// (A), and the tests that show it is avoided, separated by "; ": package, test function, and optionally /sub-test.
func TestEveryDefectHasItsTest(t *testing.T) {
	t.Parallel()
	defects := readDefects(t)
	for _, series := range []struct {
		form  string
		first int
		last  int
	}{{"D%d", 1, 73}, {"L%02d", 1, 63}, {"W%02d", 1, 24}, {"A%d", 1, 15}} {
		for n := series.first; n <= series.last; n++ {
			if id := fmt.Sprintf(series.form, n); defects[id] == "" {
				t.Errorf("%s has no row", id)
			}
		}
	}
	packages := map[string]testPackage{}
	for id, tests := range defects {
		for name := range strings.SplitSeq(tests, "; ") {
			folder, function, _ := strings.Cut(name, " ")
			function, subtest, _ := strings.Cut(function, "/")
			if packages[folder].texts == nil {
				packages[folder] = parseTests(t, filepath.Join("..", folder))
			}
			if p := packages[folder]; !p.functions[function] || subtest != "" && !p.texts[subtest] {
				t.Errorf("%s: test %q does not exist", id, name)
			}
		}
	}
}

// TestCitedDefectsAreInTheTable reads every file of the repository.
func TestCitedDefectsAreInTheTable(t *testing.T) {
	t.Parallel()
	defects := readDefects(t)
	cited := regexp.MustCompile(`\b(?:[DAO]\d{1,2}|[LW]\d\d)\b`)
	readable := []string{".go", ".md", ".sql", ".json", ".yaml", ".sh", ".html", ".css", ".js", ""}
	skipped := []string{"testdata", "node_modules", "screenshots", "tools", ".git", "cdk.out"}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(skipped, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !slices.Contains(readable, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, id := range cited.FindAllString(string(text), -1) {
			if defects[id] == "" {
				t.Errorf("%s cites %s, which defects.tsv does not have", path, id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readDefects returns the tests of each defect, by its id.
func readDefects(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("defects.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defects := map[string]string{}
	rows := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, row := range rows[1:] {
		fields := strings.Split(row, "\t")
		if len(fields) != 3 || fields[1] == "" || fields[2] == "" || defects[fields[0]] != "" {
			t.Fatalf("row %q does not have a new id, a text and a test", row)
		}
		defects[fields[0]] = fields[2]
	}
	return defects
}

// testPackage is what the test files of a folder declare: functions, and texts that may name a sub-test.
type testPackage struct{ functions, texts map[string]bool }

func parseTests(t *testing.T, folder string) testPackage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	p := testPackage{map[string]bool{}, map[string]bool{}}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				p.functions[node.Name.Name] = true
			case *ast.BasicLit:
				if text, err := strconv.Unquote(node.Value); node.Kind == token.STRING && err == nil {
					p.texts[text] = true
				}
			}
			return true
		})
	}
	return p
}

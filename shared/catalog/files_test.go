package catalog_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"view360/shared/catalog"
)

// listFiles returns the paths of the files that belong to a source. A file that only its content identifies, and that
// does not exist, is described instead.
func listFiles(t *testing.T, s catalog.Source) []string {
	t.Helper()
	files := []string{
		path.Join("functions/collect", s.Name, "main.go"),
		path.Join("shared/collect", s.Name, s.Name+".go"),
		path.Join("shared/collect", s.Name, s.Name+"_test.go"),
		path.Join("shared/collect", s.Name, "testdata", s.Name+".golden.json"),
		path.Join("shared/snapshot", s.Name+".go"),
	}
	for _, a := range s.Actions {
		if prefix, _, _ := strings.Cut(a.Name, ":"); !a.Dependent {
			files = append(files, findFile(t, "shared/simaws/*.go", `name: +"`+prefix+`", +protocol|name: +"`+prefix+`",\n`))
		}
	}
	for _, table := range s.Tables {
		files = append(files, findFile(t, "sql/migrations/*.sql", `create table `+table+` \(`),
			findFile(t, "shared/load/"+s.Group+"/*_test.go", `loadtest\.Run\(t, "`+table+`"`))
		if s.Group != "account" { // its loader has no mappings
			files = append(files, path.Join("shared/load/testdata/statements", table+".sql"))
		}
	}
	if len(s.Tables) > 0 {
		files = append(files, path.Join("shared/load", s.Group, s.Name+".go"))
	}
	for _, view := range s.Views {
		files = append(files, path.Join("sql/views", view+".sql"))
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// findFile returns the path of the first file that matches a pattern and has a text.
func findFile(t *testing.T, pattern, text string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(text).Match(content) {
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			return filepath.ToSlash(name)
		}
	}
	return fmt.Sprintf("%s with %s", pattern, text)
}

func TestEverySourceHasItsFiles(t *testing.T) {
	for _, source := range catalog.Sources {
		for _, file := range listFiles(t, source) {
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: %s is missing", source.Name, file)
			}
		}
	}
	for _, parent := range []string{"shared/collect", "functions/collect"} {
		files, err := filepath.Glob(filepath.Join(root, parent, "*", "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if name := filepath.Base(filepath.Dir(file)); !slices.Contains(catalog.Names(), name) {
				t.Errorf("%s/%s has no row in the catalog", parent, name)
			}
		}
	}
}

package catalog_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/catalog"
)

func readContributing(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestContributingNamesFilesThatExist(t *testing.T) {
	paths := regexp.MustCompile("`([.\\w-]+/[\\w./-]*|go\\.\\w+)`").FindAllStringSubmatch(readContributing(t), -1)
	if len(paths) < 30 {
		t.Errorf("%d paths, want those of every list", len(paths))
	}
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(root, path[1])); err != nil {
			t.Errorf("%s does not exist", path[1])
		}
	}
}

func TestContributingListsTheFilesOfASource(t *testing.T) {
	_, after, found := strings.Cut(readContributing(t), "### Its own files\n")
	section, _, ended := strings.Cut(after, "\n##")
	if !found || !ended {
		t.Fatal("the section is missing")
	}
	var listed []string
	for _, line := range regexp.MustCompile("(?m)^- `([^`]+)`: .").FindAllStringSubmatch(section, -1) {
		listed = append(listed, line[1])
	}
	slices.Sort(listed)
	example, _ := catalog.FindByName("backup")
	if diff := cmp.Diff(listFiles(t, example), listed); diff != "" {
		t.Errorf("(-files +listed):\n%s", diff)
	}
}

func TestContributingUpdatesWithTestsThatExist(t *testing.T) {
	for _, command := range regexp.MustCompile(`(?m)^go test \./(\S+) .*-run (\w+)`).FindAllStringSubmatch(readContributing(t), -1) {
		if name := findFile(t, command[1]+"/*_test.go", "func "+command[2]+`\(`); strings.Contains(name, "*") {
			t.Errorf("no test %s in %s", command[2], command[1])
		}
	}
}

package test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Defects of the first generation's loader (L01 to L57) and views (W01 to W24) are done right, each with a test that has
// the id in its name, or in the name of a sub-test: TestL15L16..., "L20: ...".
var (
	namedFunction = regexp.MustCompile(`(?m)^func (?:Test|Fuzz)((?:[LW]\d\d)+)`)
	namedSubtest  = regexp.MustCompile(`"([LW]\d\d): `)
	defectID      = regexp.MustCompile(`[LW]\d\d`)
)

// noLoading are the ids that no loader and no view can get wrong.
var noLoading = map[string]string{
	"L56": "code that was downloaded at run time: functions are built and deployed, see infra/",
	"L57": "a dead-letter queue without a reader: queues, alarms and redrive are the deployment's, see infra/",
}

func TestEveryDefectOfLoadingHasItsTest(t *testing.T) {
	named := map[string]bool{}
	eachTestFile(t, func(text []byte) {
		for _, form := range []*regexp.Regexp{namedFunction, namedSubtest} {
			for _, match := range form.FindAllSubmatch(text, -1) {
				for _, id := range defectID.FindAllString(string(match[1]), -1) {
					named[id] = true
				}
			}
		}
	})
	for letter, last := range map[string]int{"L": 57, "W": 24} {
		for n := 1; n <= last; n++ {
			id := fmt.Sprintf("%s%02d", letter, n)
			if reason, exempt := noLoading[id]; named[id] == exempt {
				t.Errorf("%s has a test: %t; exempt for %q", id, named[id], reason)
			}
		}
	}
}

// defectsOfCollecting are the ids in names of tests and sub-tests of collecting: TestD48D67..., "14, D1, D6: ...".
var (
	defectsOfCollecting = regexp.MustCompile(`(?m)^func (Test\w*)|(?:t\.Run\(|\{)"([^"\n]*\bD\d+: [^"\n]*)"`)
	collectingID        = regexp.MustCompile(`D\d+`)
)

// TestEveryDefectOfCollectingHasItsTest is for those of the first generation's collectors, run and roles, D1 to D73.
func TestEveryDefectOfCollectingHasItsTest(t *testing.T) {
	named := map[string]bool{}
	eachTestFile(t, func(text []byte) {
		for _, match := range defectsOfCollecting.FindAllSubmatch(text, -1) {
			for _, id := range collectingID.FindAllString(string(match[1])+" "+string(match[2]), -1) {
				named[id] = true
			}
		}
	})
	for n := 1; n <= 73; n++ {
		if id := fmt.Sprint("D", n); !named[id] {
			t.Errorf("%s has no test", id)
		}
	}
}

// eachTestFile visits the text of every test file of the module.
func eachTestFile(t *testing.T, visit func(text []byte)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." || entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		visit(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

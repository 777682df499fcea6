package simaws

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryServiceIsListed(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("all.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^var (\w+) = service\{`).FindAllSubmatch(text, -1) {
			count++
			if !strings.Contains(string(list), "\t"+string(found[1])+",\n") {
				t.Errorf("%s of %s is not in all.go: run go generate ./shared/simaws", found[1], file)
			}
		}
	}
	if count != len(services) {
		t.Errorf("%d services in the files, %d in all.go", count, len(services))
	}
}

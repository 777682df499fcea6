package bundle

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is a module with two functions of one name, of different kinds.
func module(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                           "module example\n\ngo 1.26\n",
		"functions/plan/main.go":           "package main\n\nfunc main() { println(\"plan\") }\n",
		"functions/collect/config/main.go": "package main\n\nfunc main() { println(\"collect\") }\n",
		"functions/load/config/main.go":    "package main\n\nfunc main() { println(\"load\") }\n",
		"functions/settle/load/main.go":    "package main\n\nfunc main() { println(\"settle\") }\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestNewBuildsTheSameFileAgain(t *testing.T) {
	t.Setenv("GOFLAGS", "-mod=mod")
	zips := func(root string) map[string][]byte {
		var progress bytes.Buffer
		g, err := New(t.Context(), root, "arm64", &progress)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(progress.String(), "MB  functions/collect/config") {
			t.Errorf("told %q, want the size of each", progress.String())
		}
		built := map[string][]byte{}
		for _, main := range []string{"plan", "collect/config", "load/config", "settle/load"} {
			if built[main], err = os.ReadFile(g.Zip(main)); err != nil {
				t.Fatal(err)
			}
		}
		return built
	}
	root := module(t)
	first := zips(root)
	binary := filepath.Join(root, "dist", "arm64", "collect", "config")
	before, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	again := zips(root)
	if after, err := os.Stat(binary); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("an unchanged function was linked again (%v)", err)
	}
	elsewhere := zips(module(t))
	for main := range first {
		if !bytes.Equal(first[main], again[main]) || !bytes.Equal(first[main], elsewhere[main]) {
			t.Errorf("%s differs when built again or elsewhere", main)
		}
	}
	if bytes.Equal(first["collect/config"], first["load/config"]) {
		t.Error("a function took the place of another of its name")
	}
}

func TestFormerZipsAreRemoved(t *testing.T) {
	t.Setenv("GOFLAGS", "-mod=mod")
	root := module(t)
	for _, text := range []string{"first", "second", "third"} {
		program := "package main\n\nfunc main() { println(\"" + text + "\") }\n"
		if err := os.WriteFile(filepath.Join(root, "functions/plan/main.go"), []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := New(t.Context(), root, "arm64", io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		newest := g.Zip("plan")
		if zips, err := filepath.Glob(filepath.Join(root, "dist", "plan-*.zip")); err != nil || len(zips) != 1 || zips[0] != newest {
			t.Errorf("after the %s build there are %v, want %s alone (%v)", text, zips, newest, err)
		}
	}
}

func TestZipDependsOnlyOnContentAndSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	build := Placeholder{Dir: dir}
	settings := File{"settings.json", []byte(`{"a":1}`)}
	path := build.Zip("plan", settings)
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var got []string
	for _, f := range archive.File {
		got = append(got, f.Name+" "+f.Mode().String()+" "+f.Modified.UTC().Format("2006"))
	}
	if diff := cmp.Diff([]string{"bootstrap -rwxr-xr-x 1980", "settings.json -rwxr-xr-x 1980"}, got); diff != "" {
		t.Error(diff)
	}
	if other := build.Zip("plan", File{"settings.json", []byte(`{"a":2}`)}); other == path {
		t.Error("other settings have the same file")
	}
	if build.Zip("plan", settings) != path {
		t.Error("the same content has another file")
	}
}

func TestUnknownFunctionsAreReported(t *testing.T) {
	t.Parallel()
	g := &Go{dist: t.TempDir(), binaries: map[string]string{}}
	g.Zip("collect/nothing")
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "functions/collect/nothing") {
		t.Errorf("got %v", err)
	}
}

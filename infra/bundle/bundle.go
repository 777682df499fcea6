// Package bundle builds the functions of this module for Lambda and packs each into a zip file that is the same whenever
// its content is: fixed times, sorted names. One call of the Go tool builds all of a kind, so that its cache decides what
// is new and its scheduler how much runs at once.
package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// MaxCollector is the size in bytes that the zip of a collector must stay below.
const MaxCollector = 10 << 20

// Build knows the zip files of functions.
type Build interface {
	// Zip is the path of the zip file of the function in functions/<main>, with files beside the binary.
	Zip(main string, files ...File) string
}

// File is put beside a function's binary.
type File struct {
	Name    string
	Content []byte
}

// Go is a Build by the Go tool.
type Go struct {
	dist     string
	binaries map[string]string // by main
	failed   error
}

// kinds are the folders of functions, apart from each other because names repeat.
var kinds = []string{"", "collect", "load", "settle"}

// New builds all functions of the module at root into its folder dist, for Linux on the architecture ("arm64" for Lambda).
// progress is told what is going on.
func New(ctx context.Context, root, architecture string, progress io.Writer) (*Go, error) {
	g := &Go{dist: filepath.Join(root, "dist"), binaries: map[string]string{}}
	for _, kind := range kinds {
		mains, err := mainsOf(root, kind)
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(g.dist, architecture, kind)
		if kind == "" {
			dir = filepath.Join(g.dist, architecture, "single")
		}
		fmt.Fprintf(progress, "building %d functions of functions/%s\n", len(mains), kind)
		if err := build(ctx, root, dir, architecture, mains); err != nil {
			return nil, err
		}
		for _, main := range mains {
			g.binaries[main] = filepath.Join(dir, filepath.Base(main))
		}
	}
	return g, g.printSizes(progress)
}

// mainsOf are the folders with a main.go right under functions/kind, relative to functions/.
func mainsOf(root, kind string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(root, "functions", kind, "*", "main.go"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("finding functions under functions/%s: there are none", kind)
	}
	var mains []string
	for _, path := range found {
		mains = append(mains, filepath.ToSlash(filepath.Join(kind, filepath.Base(filepath.Dir(path)))))
	}
	return mains, nil
}

// build leaves the binaries of mains in dir. Binaries that are up to date are not linked again.
func build(ctx context.Context, root, dir, architecture string, mains []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of binaries: %w", err)
	}
	arguments := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	for _, main := range mains {
		arguments = append(arguments, "./functions/"+main)
	}
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+architecture, "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building functions: %w\n%s", err, output)
	}
	return nil
}

// Zip packs a function, unless it is packed already.
func (g *Go) Zip(main string, files ...File) string {
	binary, known := g.binaries[main]
	if !known {
		g.failed = errors.Join(g.failed, fmt.Errorf("there is no function functions/%s", main))
		return g.dist
	}
	path, err := pack(g.dist, strings.ReplaceAll(main, "/", "-"), binary, files)
	g.failed = errors.Join(g.failed, err)
	return path
}

// Err is what went wrong in Zip.
func (g *Go) Err() error { return g.failed }

// printSizes packs every function and prints its size; a collector that is too large is an error.
func (g *Go) printSizes(out io.Writer) error {
	mains := make([]string, 0, len(g.binaries))
	for main := range g.binaries {
		mains = append(mains, main)
	}
	slices.Sort(mains)
	var tooLarge []string
	for _, main := range mains {
		info, err := os.Stat(g.Zip(main))
		if err != nil {
			return errors.Join(g.failed, err)
		}
		fmt.Fprintf(out, "%6.1f MB  functions/%s\n", float64(info.Size())/(1<<20), main)
		if strings.HasPrefix(main, "collect/") && info.Size() >= MaxCollector {
			tooLarge = append(tooLarge, main)
		}
	}
	if len(tooLarge) > 0 {
		return fmt.Errorf("collectors of %d MB and more: %s", MaxCollector>>20, strings.Join(tooLarge, ", "))
	}
	return nil
}

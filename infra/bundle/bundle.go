// Package bundle builds the functions of this module for Lambda and packs each into a reproducible zip file, with fixed
// times and sorted names. It links only changed functions, and all of a kind by one call of the Go tool, which runs as much
// in parallel as is useful.
package bundle

import (
	"cmp"
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

// MaxCollector is the exclusive maximum size of a collector's zip file, in bytes.
const MaxCollector = 10 << 20

// Build provides the zip files of functions.
type Build interface {
	// Zip returns the path of the zip file of the function in functions/<main>, with files beside the binary.
	Zip(main string, files ...File) string
}

// File is a file beside a function's binary.
type File struct {
	Name    string
	Content []byte
}

// Go is a Build that uses the Go tool.
type Go struct {
	dist     string
	binaries map[string]string // by main
	failed   error
}

// kinds are the folders of functions, separate because names repeat.
var kinds = []string{"", "collect", "load", "settle"}

// New builds all functions of the module at root into its folder dist, for Linux on the architecture ("arm64" for Lambda),
// each with its bill of materials. It writes a line for each kind, and the sizes, to progress. It returns an error if a
// collector's zip is too large.
func New(ctx context.Context, root, architecture string, progress io.Writer) (*Go, error) {
	g := &Go{dist: filepath.Join(root, "dist"), binaries: map[string]string{}}
	keys, err := computeKeys(ctx, root, architecture)
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		mains, err := listMains(root, kind)
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(g.dist, architecture, cmp.Or(kind, "single"))
		var stale []string
		for _, main := range mains {
			binary := filepath.Join(dir, filepath.Base(main))
			g.binaries[main] = binary
			if !isUpToDate(binary, keys[main]) {
				stale = append(stale, main)
			}
		}
		fmt.Fprintf(progress, "building %d of %d functions in functions/%s\n", len(stale), len(mains), kind)
		if err := buildBinaries(ctx, root, dir, architecture, stale); err != nil {
			return nil, err
		}
		for _, main := range stale {
			if err := removeZips(g.dist, buildZipName(main)); err != nil {
				return nil, err
			}
			if err := writeAtomically(buildKeyPath(g.binaries[main]), []byte(keys[main])); err != nil {
				return nil, err
			}
		}
	}
	if err := g.writeBills(); err != nil {
		return nil, err
	}
	return g, g.printSizes(progress)
}

// listMains returns the folders with a main.go directly under functions/kind, relative to functions/.
func listMains(root, kind string) ([]string, error) {
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

// buildFlags make builds reproducible on any machine.
var buildFlags = []string{"-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}

// buildBinaries builds the binaries of mains in dir.
func buildBinaries(ctx context.Context, root, dir, architecture string, mains []string) error {
	if len(mains) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("creating the folder of binaries: %w", err)
	}
	arguments := []string{"-o", dir + string(filepath.Separator)}
	for _, main := range mains {
		arguments = append(arguments, "./functions/"+main)
	}
	if output, err := buildGoCommand(ctx, root, architecture, "build", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("building functions: %w\n%s", err, output)
	}
	return nil
}

// buildGoCommand returns a command of the Go tool for Linux on an architecture.
func buildGoCommand(ctx context.Context, root, architecture, command string, arguments ...string) *exec.Cmd {
	tool := exec.CommandContext(ctx, "go", append(append([]string{command}, buildFlags...), arguments...)...)
	tool.Dir = root
	tool.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+architecture, "CGO_ENABLED=0")
	return tool
}

// Zip packs a function, unless it is packed already, and returns the path. [Go.Err] returns its errors.
func (g *Go) Zip(main string, files ...File) string {
	binary, known := g.binaries[main]
	if !known {
		g.failed = errors.Join(g.failed, fmt.Errorf("there is no function functions/%s", main))
		return g.dist
	}
	path, err := packZip(g.dist, buildZipName(main), binary, files)
	g.failed = errors.Join(g.failed, err)
	return path
}

func buildZipName(main string) string { return strings.ReplaceAll(main, "/", "-") }

// Err returns the errors of all calls of Zip.
func (g *Go) Err() error { return g.failed }

// printSizes packs every function and prints its size. It returns an error if a collector is too large.
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

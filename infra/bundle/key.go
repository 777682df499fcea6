package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// goPackage is the Go tool's description of a package.
type goPackage struct {
	ImportPath, BuildID string
	Deps                []string // of any depth, sorted
}

// computeKeys returns a hash for each function, of the build ids of its packages, which change with their content, the
// compiler and its flags. The Go tool caches compiled packages but not linked programs, and linking takes most of the time.
func computeKeys(ctx context.Context, root, architecture string) (map[string]string, error) {
	command := buildGoCommand(ctx, root, architecture, "list", "-export", "-deps", "-json=ImportPath,BuildID,Deps", "./functions/...")
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("compiling functions: %w\n%s", err, problems.Bytes())
	}
	packages := map[string]goPackage{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading the list of packages: %w", err)
		}
		packages[p.ImportPath] = p
	}
	found := map[string]string{}
	for path, p := range packages {
		_, main, isFunction := strings.Cut(path, "/functions/")
		if !isFunction {
			continue
		}
		key := sha256.New()
		for _, dependency := range append(p.Deps, path) {
			fmt.Fprintln(key, dependency, packages[dependency].BuildID)
		}
		fmt.Fprintln(key, buildFlags)
		found[main] = fmt.Sprintf("%x", key.Sum(nil))
	}
	return found, nil
}

// buildKeyPath returns the path of the file with a binary's key.
func buildKeyPath(binary string) string { return binary + ".key" }

// isUpToDate reports whether the binary exists and was built with the key.
func isUpToDate(binary, key string) bool {
	if _, err := os.Stat(binary); err != nil {
		return false
	}
	stored, err := os.ReadFile(buildKeyPath(binary))
	return err == nil && string(stored) == key
}

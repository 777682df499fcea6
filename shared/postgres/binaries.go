package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestVersion is the first major version with NULLS NOT DISTINCT, which the keys of the tables use.
const oldestVersion = 15

// usualPlaces are the folders of the server's programs in packages, which often leave them out of PATH.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
	"/usr/pgsql-*/bin",                  // Red Hat, PGDG
	"/usr/libexec/postgresql*",          // Alpine
	"/opt/homebrew/opt/postgresql*/bin", // Homebrew on Apple silicon
	"/usr/local/opt/postgresql*/bin",    // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// versionVariable chooses the major version for new data.
const versionVariable = "VIEW360_POSTGRES_VERSION"

// findBinaries returns the folder of a server program that can read data of the major version wanted ("" for new
// data, for which [versionVariable] may choose one): binDir if it is set, else the newest on the machine, else the
// downloaded distribution.
func findBinaries(ctx context.Context, binDir, wanted string, a *account) (string, error) {
	wanted = cmp.Or(wanted, os.Getenv(versionVariable))
	if binDir != "" {
		version, err := readBinaryVersion(ctx, binDir)
		if err != nil {
			return "", err
		}
		if wanted != "" && wanted != strconv.Itoa(version) {
			return "", fmt.Errorf("PostgreSQL %s is needed, but %s holds %d", wanted, binDir, version)
		}
		return binDir, nil
	}
	best, newest := "", 0
	for _, dir := range listCandidateDirs(ctx) {
		version, err := readBinaryVersion(ctx, dir)
		usable := err == nil && version >= oldestVersion && a.canReach(dir)
		if wanted != "" {
			usable = usable && wanted == strconv.Itoa(version)
		}
		if usable && version > newest {
			best, newest = dir, version
		}
	}
	if best != "" {
		return best, nil
	}
	version, is := embeddedVersions[cmp.Or(wanted, defaultMajor)]
	if !is {
		return "", fmt.Errorf("PostgreSQL %s is needed, which is not on this machine and cannot be downloaded", wanted)
	}
	return downloadBinaries(a, version)
}

// listCandidateDirs returns the folders that may contain the server's programs, without duplicates.
func listCandidateDirs(ctx context.Context) []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range usualPlaces {
		found, _ := filepath.Glob(pattern) // the patterns are constants
		dirs = append(dirs, found...)
	}
	var distinct []string
	for _, dir := range dirs {
		// Follow a link in PATH: the server finds its share files beside the link's target.
		program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil || slices.Contains(distinct, filepath.Dir(program)) {
			continue
		}
		distinct = append(distinct, filepath.Dir(program))
	}
	return distinct
}

// readBinaryVersion returns the major version of the server in dir, or an error if dir lacks postgres or initdb.
func readBinaryVersion(ctx context.Context, dir string) (int, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, fmt.Errorf("looking for initdb: %w", err)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("reading the version of PostgreSQL in %s: %w", dir, err)
	}
	match := versionPattern.FindStringSubmatch(string(out))
	if match == nil {
		return 0, errors.New("not a version of PostgreSQL: " + string(out))
	}
	return strconv.Atoi(match[1])
}

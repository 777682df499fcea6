//go:build !unix

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
)

// checkSystem returns why no server can be started here: it needs a shell, process groups and inherited locks.
func checkSystem() error {
	return errors.New("the embedded PostgreSQL does not run on " + runtime.GOOS + ": name a running server, with --database-url")
}

// The rest is not reached.

func runSeparately(*exec.Cmd, *account) {}

func killGroup(process *os.Process) error { return process.Kill() }

func tryLock(*os.File) (free bool, err error) { return false, checkSystem() }

func (a *account) isOwner(os.FileInfo) bool { return false }

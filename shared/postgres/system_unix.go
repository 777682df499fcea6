//go:build unix

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// checkSystem returns nil: servers run on this system.
func checkSystem() error { return nil }

// runSeparately makes cmd run in a process group of its own, as the account unless that is nil.
func runSeparately(cmd *exec.Cmd, a *account) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// killGroup kills a process that runSeparately prepared, and all of its group.
func killGroup(process *os.Process) error { return syscall.Kill(-process.Pid, syscall.SIGKILL) }

// tryLock takes the lock of a file, and reports whether it was free.
func tryLock(file *os.File) (free bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// isOwner reports whether the account owns a file.
func (a *account) isOwner(info os.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && owner.Uid == a.uid
}

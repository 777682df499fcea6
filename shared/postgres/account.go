package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// rootStore holds data and downloads of root's servers when the folder that was asked for is closed to other users.
const rootStore = "/var/lib/view360"

// nobody is the id of the unprivileged user where the system does not name one.
const nobody = 65534

// account is the unprivileged user that runs the servers of root, because PostgreSQL refuses to run as root. A nil
// account stands for the user who runs the program; its methods then do nothing.
type account struct{ uid, gid uint32 }

func findServerAccount() *account {
	if os.Geteuid() != 0 {
		return nil
	}
	a := &account{uid: nobody, gid: nobody}
	if u, err := user.Lookup("nobody"); err == nil {
		if uid, err := strconv.ParseUint(u.Uid, 10, 32); err == nil && uid != 0 {
			a.uid = uint32(uid)
		}
		if gid, err := strconv.ParseUint(u.Gid, 10, 32); err == nil {
			a.gid = uint32(gid)
		}
	}
	return a
}

// setUser makes cmd run as the account.
func (a *account) setUser(cmd *exec.Cmd) {
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// giveFiles gives files to the account.
func (a *account) giveFiles(paths ...string) error {
	if a == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("giving %s to the user of the database: %w", path, err)
		}
	}
	return nil
}

// canReach reports whether the account may pass through dir and every folder above it.
func (a *account) canReach(dir string) bool {
	if a == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || !a.canPass(info) {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

func (a *account) canPass(info os.FileInfo) bool {
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid == a.uid {
		return info.Mode()&0o100 != 0
	}
	return info.Mode()&0o001 != 0
}

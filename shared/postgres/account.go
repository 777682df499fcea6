package postgres

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// rootStore holds data and downloads of root's servers if other users cannot access the requested folder.
const rootStore = "/var/lib/view360"

// nobody is the id of the unprivileged user if the system has no user of that name.
const nobody = 65534

// account is the unprivileged user that runs the servers of root, because PostgreSQL refuses to run as root. A nil
// account means the current user; its methods then have no effect.
type account struct{ uid, gid uint32 }

// findServerAccount returns the user nobody if the program runs as root, else nil.
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

// giveFiles changes the owner of files to the account.
func (a *account) giveFiles(paths ...string) error {
	if a == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("changing the owner of %s to the database user: %w", path, err)
		}
	}
	return nil
}

// canReach reports whether the account may access dir and every folder above it.
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
	if a.isOwner(info) {
		return info.Mode()&0o100 != 0
	}
	return info.Mode()&0o001 != 0
}

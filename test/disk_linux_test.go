package test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/fault"
	"view360/shared/pgtest"
)

// TestFullDiskFailsTheLoadAndLosesNothing loads into a database whose file system has no room for the snapshot. The
// load reports that, stored rows stay, and a later load completes once there is room again.
func TestFullDiskFailsTheLoadAndLosesNothing(t *testing.T) {
	admin := pgtest.Conn(t)
	empty := pgtest.Conn(t)
	name := empty.Config().Database
	_ = empty.Close(t.Context()) // a database that is copied must have no session
	var data string
	if err := admin.QueryRow(t.Context(), "select current_setting('data_directory')").Scan(&data); err != nil {
		t.Fatal(err)
	}
	disk := mountSmallDisk(t, data)
	for _, statement := range []string{"create tablespace small location '" + disk + "'", "create database small template " + name + " tablespace small"} {
		if _, err := admin.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, statement := range []string{"drop database small with (force)", "drop tablespace small"} {
			if _, err := admin.Exec(context.Background(), statement); err != nil {
				t.Error(err)
			}
		}
	})

	url := strings.Replace(admin.Config().ConnString(), "/"+admin.Config().Database, "/small", 1)
	before, large := buildDays()[0], buildDays()[1] // of two accounts
	large.Rows = 300
	want := loadUndisturbed(t, before, large)
	s := newSiteOn(t, url, before)
	if err := loadWaiting(t.Context(), s.pool, s.store); err != nil {
		t.Fatal(err)
	}
	kept := readContents(t, s.pool)
	rest := fillDisk(t, disk)

	s.put(large)
	err := loadWaiting(t.Context(), s.pool, s.store)
	if !fault.IsRetryable(err) || !strings.Contains(err.Error(), "No space left on device") {
		t.Fatalf("onto a full disk: %v, want an error that is tried again and says it", err)
	}
	still := readContents(t, s.pool)
	for _, row := range kept {
		if !slices.Contains(still, row) {
			t.Errorf("lost %s", row)
		}
	}
	if err := os.Remove(rest); err != nil {
		t.Fatal(err)
	}
	if err := loadWaiting(t.Context(), s.pool, s.store); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readContents(t, s.pool)); diff != "" {
		t.Error(diff)
	}
}

// mountSmallDisk mounts a file system of a few megabytes that the server of data may write to.
func mountSmallDisk(t *testing.T, data string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "view360-disk-") // t.TempDir is closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m,mode=755"); err != nil {
		t.Skipf("a disk that fills up needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	owner, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	sys := owner.Sys().(*syscall.Stat_t)
	space := filepath.Join(dir, "tablespace")
	if err := os.Mkdir(space, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(space, int(sys.Uid), int(sys.Gid)); err != nil {
		t.Fatal(err)
	}
	return space
}

// fillDisk takes all but half a megabyte of the disk of dir, and returns the file that does.
func fillDisk(t *testing.T, dir string) string {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(dir), "filler")
	room := int64(disk.Bavail)*disk.Bsize - 512<<10
	if err := os.WriteFile(file, make([]byte, room), fs.ModePerm); err != nil {
		t.Fatal(err)
	}
	return file
}

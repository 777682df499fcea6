package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// epoch is the time of every file in every zip: the format's earliest.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// packZip writes <name>-<content key>.zip to dir, unless it exists, and returns its path.
func packZip(dir, name, binary string, files []File) (string, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return dir, fmt.Errorf("packing %s: %w", name, err)
	}
	files = append([]File{{"bootstrap", program}}, files...)
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	key := sha256.New()
	for _, f := range files {
		fmt.Fprintf(key, "%s %d\n", f.Name, len(f.Content))
		key.Write(f.Content)
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%.16x.zip", name, key.Sum(nil)))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	var packed bytes.Buffer
	if err := writeZip(&packed, files); err != nil {
		return dir, fmt.Errorf("packing %s: %w", name, err)
	}
	return path, writeAtomically(path, packed.Bytes())
}

// removeZips removes the zips of a function's former programs, which would fill the disk.
func removeZips(dir, name string) error {
	zips, err := filepath.Glob(filepath.Join(dir, name+"-"+strings.Repeat("[0-9a-f]", 32)+".zip"))
	for _, path := range zips {
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return fmt.Errorf("removing former zips of %s: %w", name, err)
	}
	return nil
}

// writeZip writes a zip of files to out.
func writeZip(out io.Writer, files []File) error {
	archive := zip.NewWriter(out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: epoch}
		header.SetMode(0o755)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.Content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// writeAtomically writes a file by renaming a temporary one.
func writeAtomically(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".zip-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	return err
}

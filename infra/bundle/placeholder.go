package bundle

import (
	"os"
	"path/filepath"
	"strings"
)

// Placeholder is a Build for tests of templates: zip files without a program, in the folder Dir.
type Placeholder struct{ Dir string }

// Zip makes the file on first use.
func (p Placeholder) Zip(main string, files ...File) string {
	empty := filepath.Join(p.Dir, "bootstrap")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		panic(err)
	}
	path, err := packZip(p.Dir, strings.ReplaceAll(main, "/", "-"), empty, files)
	if err != nil {
		panic(err)
	}
	return path
}

package bundle

import (
	"os"
	"path/filepath"
	"strings"
)

// Placeholder is a Build for tests of templates. Its zip files, in the folder Dir, have an empty program.
type Placeholder struct{ Dir string }

// Zip returns the path of the zip file, which it creates on first use.
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

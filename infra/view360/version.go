package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// version describes the build of this program.
type version struct {
	Version  string `json:"version"`  // of the module, (devel) for a build from a work tree
	Commit   string `json:"commit"`   // "" without version control, as of go run
	Date     string `json:"date"`     // of the commit
	Modified bool   `json:"modified"` // the work tree had changes that were not committed
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// Run prints the version.
func (versionCommand) Run(out *output) error {
	info, _ := debug.ReadBuildInfo() // nil without modules
	return out.printResult(buildVersion(info))
}

func buildVersion(info *debug.BuildInfo) version {
	v := version{Version: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info == nil {
		return v
	}
	v.Version = cmp.Or(info.Main.Version, v.Version)
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.time":
			v.Date = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

// Print writes the version as one line.
func (v version) Print(w io.Writer) error {
	commit := ""
	if v.Commit != "" {
		commit = fmt.Sprintf(", commit %s of %s", v.Commit, v.Date)
	}
	if v.Modified {
		commit += ", with changes"
	}
	_, err := fmt.Fprintf(w, "view360 %s%s, %s, %s/%s\n", v.Version, commit, v.Go, v.OS, v.Arch)
	return err
}

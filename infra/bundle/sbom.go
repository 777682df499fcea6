package bundle

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// bill is a bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). It has no time and no serial number,
// so that it is reproducible.
type bill struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // hex
}

// writeBills writes the bill of materials of every function to sbom/<function>.cdx.json in the folder of the zips.
func (g *Go) writeBills() error {
	dir := filepath.Join(g.dist, "sbom")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("creating the folder of bills of materials: %w", err)
	}
	for main, binary := range g.binaries {
		b, err := readBill(main, binary)
		if err != nil {
			return fmt.Errorf("writing the bill of materials of %s: %w", main, err)
		}
		text, err := json.MarshalIndent(b, "", "  ")
		if err != nil {
			return fmt.Errorf("writing the bill of materials of %s: %w", main, err)
		}
		if err := writeAtomically(filepath.Join(dir, buildZipName(main)+".cdx.json"), append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// readBill returns the bill of a binary: its modules, and the standard library as one component.
func readBill(main, binary string) (bill, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return bill{}, err
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return bill{}, err
	}
	digest := sha256.Sum256(program)
	b := bill{Format: "CycloneDX", SpecVersion: "1.6", Version: 1, Metadata: metadata{component{
		Type: "application", Ref: info.Path, Name: "functions/" + main, Hashes: []hash{{"SHA-256", hex.EncodeToString(digest[:])}},
	}}}
	b.Components = append(b.Components, buildComponent("std", strings.TrimPrefix(info.GoVersion, "go"), ""))
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		b.Components = append(b.Components, buildComponent(module.Path, module.Version, module.Sum))
	}
	return b, nil
}

// buildComponent returns the component of a Go module; sum is its checksum in go.sum, "h1:" and the SHA-256 of its list of
// files in base 64.
func buildComponent(path, version, sum string) component {
	purl := "pkg:golang/" + path + "@" + version
	c := component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl}
	if digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:")); err == nil && len(digest) == sha256.Size {
		c.Hashes = []hash{{"SHA-256", hex.EncodeToString(digest)}}
	}
	return c
}

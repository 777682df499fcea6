package bundle

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBillOfMaterialsListsTheProgramsModules compares a real function's bill with the Go tool's description of the program.
func TestBillOfMaterialsListsTheProgramsModules(t *testing.T) {
	dist := t.TempDir()
	binary := filepath.Join(dist, "kms")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, "view360/functions/collect/kms")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g := &Go{dist: dist, binaries: map[string]string{"collect/kms": binary}}
	written := func() []byte {
		if err := g.writeBills(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dist, "sbom", "collect-kms.cdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := written()
	if diff := cmp.Diff(string(text), string(written())); diff != "" {
		t.Errorf("the bill of the same program differs:\n%s", diff)
	}
	var got bill
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Format != "CycloneDX" || got.SpecVersion != "1.6" || got.Version != 1 || got.Metadata.Component.Name != "functions/collect/kms" {
		t.Errorf("the bill begins with %+v", got)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pkg:golang/std@" + info.GoVersion[len("go"):]}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		want = append(want, "pkg:golang/"+module.Path+"@"+module.Version)
	}
	var found []string
	for _, c := range got.Components {
		found = append(found, c.PURL)
		if c.Type != "library" || c.Ref != c.PURL || c.Name != "std" && (len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64) {
			t.Errorf("component %+v", c)
		}
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("components (-program +bill):\n%s", diff)
	}
	if !slices.ContainsFunc(got.Components, func(c component) bool { return c.Name == "github.com/aws/aws-sdk-go-v2/service/kms" }) {
		t.Error("the bill of the KMS collector does not name the KMS client")
	}
}

package test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/collectors"
	"view360/shared/collecttest"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/s3disk"
	"view360/shared/simaws"
)

func TestUploadFailureIsAnError(t *testing.T) { // D3
	disk, err := s3disk.Start(t.TempDir(), "data")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	b := collecttest.New(t, collectors.All[0], simaws.Options{})
	nowhere := object.New(disk.Client(), "no-such-bucket", object.Options{})
	if _, err := (collect.Handler{Collector: collectors.All[0], Config: b.Config(b.Request.Account), Staging: nowhere}).Handle(t.Context(), b.Request); err == nil {
		t.Error("what could not be written was reported as collected")
	}
}

func TestInvalidNumberDoesNotLoseTheSnapshot(t *testing.T) { // D31
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
	c.Override(simaws.Answer{Service: "ce", Operation: "GetCostAndUsage", Give: func(simaws.Request) (any, error) {
		return json.RawMessage(`{"ResultsByTime":[{"TimePeriod":{"Start":"2026-03-10","End":"2026-03-11"},"Groups":[{"Keys":["P","AWS"],"Metrics":{"UnblendedCost":{"Amount":"NaN","Unit":"USD"}}}]}]}`), nil
	}})
	c.run("nan", map[string]any{"regions": []string{"us-east-1"}, "services": []string{"cost", "kms"}})
	p := c.readSnapshot(collecttest.Production, "us-east-1", today)
	if status := p.Meta.Services["cost"].Status; status != outcome.Failed || len(p.Sections["security.kms"]) < 10 {
		t.Errorf("cost is %q, kms is %.100s", status, p.Sections["security.kms"])
	}
}

func TestSnapshotsAreCompactJSON(t *testing.T) { // D32
	c := newCollection(t, setting{account: collecttest.Production, organization: fullOrganization()})
	c.run("json", map[string]any{"regions": []string{"us-east-1"}, "services": []string{"kms"}})
	if text := c.readSnapshot(collecttest.Production, "us-east-1", today).Sections["security.kms"]; strings.Contains(text, "\n") || strings.Contains(text, `": `) {
		t.Errorf("the section is %.200s", text)
	}
}

func TestActionsAreValidAndDeclaredOnce(t *testing.T) { // D48, D67, D68
	form := regexp.MustCompile(`^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$`)
	for _, source := range catalog.Sources {
		seen := map[string]bool{}
		for _, action := range source.Actions {
			if !form.MatchString(action.Name) || seen[action.Name] {
				t.Errorf("%s: action %q is not an action or is declared twice", source.Name, action.Name)
			}
			seen[action.Name] = true
			if action.Name == "kms:ListKeys" && action.Resource != "" {
				t.Errorf("kms:ListKeys allows no resource but *, not %s", action.Resource)
			}
			if strings.HasPrefix(action.Resource, "arn:") && !strings.HasPrefix(action.Resource, "arn:${Partition}:") {
				t.Errorf("%s names a partition: %s", action.Name, action.Resource)
			}
		}
	}
}

// TestCollectorDocumentsMatchTheCatalog reads the table of each collector's package comment.
func TestCollectorDocumentsMatchTheCatalog(t *testing.T) {
	for _, source := range catalog.Sources {
		file := filepath.Join("..", "shared", "collect", source.Name, source.Name+".go")
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		document := parsed.Doc.Text()
		for _, row := range []string{"operations ", "scope ", "window ", "section", "paid ", "quotas "} {
			if !strings.Contains(document, "\n\t"+row) && !strings.Contains(document, "\n"+row) {
				t.Errorf("%s: the comment has no row %s", source.Name, row)
			}
		}
		for _, operation := range listOperations(source) {
			if _, name, _ := strings.Cut(operation, ":"); !strings.Contains(document, name) {
				t.Errorf("%s: the comment does not name %s", source.Name, operation)
			}
		}
		for _, section := range source.Sections {
			if !strings.Contains(document, section) {
				t.Errorf("%s: the comment does not name the section %s", source.Name, section)
			}
		}
		if source.Paid != strings.Contains(document, "US dollars") {
			t.Errorf("%s: the comment and the catalog differ on what is paid", source.Name)
		}
	}
}

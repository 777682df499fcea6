package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/plan"
	"view360/shared/simaws"
)

// observed points the SDK's default chain at a simulated organisation.
func observed(t *testing.T) *simaws.Server {
	t.Helper()
	server, err := simaws.Start(t.Context(), simaws.New(simaws.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := server.Config("").Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", server.URL())
	t.Setenv("AWS_ACCESS_KEY_ID", credentials.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", credentials.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", credentials.SessionToken)
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	return server
}

func TestDryRunPrintsWhatABackfillCosts(t *testing.T) {
	server := observed(t)
	var out, problems bytes.Buffer
	arguments := []string{"collect", "--state", t.TempDir(), "--history", "--start", "1-10-2026", "--end", "31-10-2026", "--regions", "us-east-1", "--dry-run"}
	if code := run(t.Context(), append(arguments, "--json"), &out, &problems); code != exitOK {
		t.Fatalf("exit code %d: %s", code, problems.String())
	}
	var e plan.Estimate
	if err := json.Unmarshal(out.Bytes(), &e); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if e.Snapshots != 31 || e.PaidRequests != 31*3+1 || e.PaidDollars != 0.94 {
		t.Errorf("estimate %+v", e)
	}
	out.Reset()
	if code := run(t.Context(), arguments, &out, &problems); code != exitOK || !strings.Contains(out.String(), "at most 94 Cost Explorer requests") || !strings.Contains(out.String(), "0.94 US dollars") {
		t.Errorf("exit code %d, output %s", code, out.String())
	}
	for _, call := range server.Calls() {
		if call.Service == "ce" {
			t.Errorf("a dry run asked %s", call.Operation)
		}
	}
}

func TestMappingFileSetsAccountLabels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenancy.json")
	if err := os.WriteFile(file, []byte(`{"111122223333":{"customer":"A"},"":{"partner":"P"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := coverage{Tenancy: file, TenancyTags: map[string]string{"product": "Product"}, OmitContacts: true}.settings()
	if err != nil || settings.Tenancy["111122223333"].Customer != "A" || settings.Tenancy[""].Partner != "P" || settings.TenancyTags.Product != "Product" || !settings.Options.OmitContacts {
		t.Errorf("settings %+v, error %v", settings, err)
	}
	if err := os.WriteFile(file, []byte(`[]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (coverage{Tenancy: file}).settings(); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names the file", err)
	}
}

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/shared/plan"
	"view360/shared/simaws"
)

// observed points the SDK's default chain at a simulated organization.
func observed(t *testing.T) *simaws.Server {
	t.Helper()
	return observe(t, simaws.Options{})
}

// observe points the SDK to a simulated organization, with the credentials of its management account.
func observe(t *testing.T, options simaws.Options) *simaws.Server {
	t.Helper()
	server, err := simaws.Start(t.Context(), simaws.New(options))
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
	arguments := []string{"backfill", "--state", t.TempDir(), "--out", t.TempDir(), "--start", "1-10-2026", "--end", "31-10-2026", "--region", "us-east-1", "--dry-run"}
	code, out, stderr := runProgram(t, append(arguments, "--json")...)
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var e plan.Estimate
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if e.Snapshots != 31 || e.PaidRequests != 31*3+1 || e.PaidDollars != 0.94 {
		t.Errorf("estimate %+v", e)
	}
	if code, out, _ = runProgram(t, arguments...); code != exitOK || !strings.Contains(out, "at most 94 Cost Explorer requests") || !strings.Contains(out, "0.94 US dollars") {
		t.Errorf("exit code %d, output %s", code, out)
	}
	for _, call := range server.Calls() {
		if call.Service == "ce" {
			t.Errorf("a dry run asked %s", call.Operation)
		}
	}
}

// Without a role, the data of the credentials' account would be published as another account's.
func TestAnotherAccountNeedsARole(t *testing.T) {
	accounts := observed(t).Accounts()
	dir := t.TempDir()
	for _, dryRun := range [][]string{nil, {"--dry-run"}} {
		args := append([]string{"collect", "--state", t.TempDir(), "--out", dir, "--service", "kms", "--account", accounts[1].ID}, dryRun...)
		code, out, stderr := runProgram(t, args...)
		if code != exitUsage || !strings.Contains(stderr, "those of account "+accounts[0].ID) || !strings.Contains(stderr, "--role-name") || exported(t, dir) != 0 {
			t.Errorf("%v: exit code %d\n%s%s", args, code, out, stderr)
		}
	}
	if code, out, stderr := runProgram(t, "collect", "--state", t.TempDir(), "--out", dir, "--service", "kms", "--account", accounts[0].ID); code != exitOK {
		t.Errorf("its own account: exit code %d\n%s%s", code, out, stderr)
	}
}

// A run whose credentials are refused ends before it starts, with the remedy and without a permission to grant.
func TestRefusedCredentialsEndTheRunAtOnce(t *testing.T) {
	server := observed(t)
	for code, remedy := range map[string]string{"ExpiredToken": "aws sso login", "InvalidClientTokenId": "access key", "SignatureDoesNotMatch": "secret key"} {
		server.Override(simaws.Answer{Service: "sts", Operation: "GetCallerIdentity", Give: func(simaws.Request) (any, error) {
			return nil, simaws.Failure(http.StatusForbidden, code, "no. The Canonical String: x-amz-security-token:s3ss10n")
		}})
		server.ForgetCalls()
		exit, out, stderr := runProgram(t, "collect", "--state", t.TempDir(), "--out", t.TempDir())
		if exit != exitFailed || !strings.Contains(stderr, remedy) || strings.Contains(stderr, "denied") || strings.Contains(stderr, "s3ss10n") || len(server.Calls()) != 1 {
			t.Errorf("%s: exit code %d after %d calls, want %q\n%s%s", code, exit, len(server.Calls()), remedy, out, stderr)
		}
	}
}

func TestMappingFileSetsAccountLabels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenancy.json")
	if err := os.WriteFile(file, []byte(`{"111122223333":{"customer":"A"},"":{"partner":"P"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := collectFlags{hereFlags: hereFlags{Tenancy: file, TenancyTags: map[string]string{"product": "Product"}, OmitContacts: true}}.buildSettings()
	if err != nil || settings.Tenancy["111122223333"].Customer != "A" || settings.Tenancy[""].Partner != "P" || settings.TenancyTags.Product != "Product" || !settings.Options.OmitContacts {
		t.Errorf("settings %+v, error %v", settings, err)
	}
	if err := os.WriteFile(file, []byte(`[]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (collectFlags{hereFlags: hereFlags{Tenancy: file}}).buildSettings(); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names the file", err)
	}
}

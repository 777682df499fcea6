package iam_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"view360/shared/collect/iam"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "iam"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, iam.Collector, simaws.Options{})
}

func users(t *testing.T, r collecttest.Result) []snapshot.IAMUser {
	t.Helper()
	return collecttest.Elements[snapshot.IAMUser](t, r, section)
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, iam.Collector, collecttest.Cases{
		Golden:    func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
		Essential: []string{"GenerateCredentialReport", "GetCredentialReport"},
	})
}

func TestTwoCallsReadEveryUser(t *testing.T) { // D66
	b := bench(t)
	rows := []simaws.CredentialRow{{"user": "<root_account>", "password_enabled": "not_supported", "mfa_active": "true"}}
	for i := range 1500 {
		rows = append(rows, simaws.CredentialRow{"user": fmt.Sprint("user-", i), "user_creation_time": "2019-01-01T00:00:00+00:00", "password_enabled": "false"})
	}
	simaws.Set(b.Organization, simaws.Place{}, rows...)
	got := users(t, b.Passed())
	if len(got) != 1501 || got[1500].Username != "user-1499" {
		t.Errorf("got %d users, want all 1501, old ones included", len(got))
	}
	if calls := len(b.Calls()); calls != 2 {
		t.Errorf("got %d calls, want 2", calls)
	}
}

func TestCredentialsComeFromTheReport(t *testing.T) { // D66
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, simaws.CredentialRow{
		"user": "<root_account>", "arn": "arn:root", "password_enabled": "not_supported", "password_last_used": "no_information", "mfa_active": "true",
	}, simaws.CredentialRow{
		"user": "maren", "arn": "arn:maren", "user_creation_time": "2024-05-06T07:08:09+00:00", "password_enabled": "true", "password_last_used": "2026-03-01T00:00:00Z",
		"access_key_1_active": "false", "access_key_1_last_rotated": "2025-01-01T00:00:00+00:00",
		"access_key_2_active": "true", "access_key_2_last_rotated": "2025-02-01T00:00:00+00:00", "access_key_2_last_used_date": "2026-03-02T00:00:00+00:00",
		"access_key_2_last_used_region": "eu-west-1", "access_key_2_last_used_service": "s3", "cert_2_active": "true", "cert_2_last_rotated": "2020-01-01T00:00:00+00:00",
	})
	result := b.Passed()
	got := users(t, result)
	if root := got[0]; root.PasswordEnabled != nil || root.PasswordLastUsed != nil || !root.MFAEnabled || root.AccessKeysCount != 0 {
		t.Errorf("root is %+v", root)
	}
	maren := got[1]
	if !*maren.PasswordEnabled || maren.MFAEnabled || maren.AccessKeysCount != 2 || maren.AccessKeys[0].Active || !maren.AccessKeys[1].Active || len(maren.Certificates) != 1 {
		t.Errorf("maren is %+v", maren)
	}
	if !strings.Contains(string(result.Content[section]), `"created_date":"2024-05-06T07:08:09+00:00"`) {
		t.Errorf("got %s", result.Content[section])
	}
}

func TestColumnsAreFoundByName(t *testing.T) {
	b := bench(t)
	b.Override(simaws.Answer{Service: "iam", Operation: "GetCredentialReport", Give: func(simaws.Request) (any, error) {
		report := "added_later,mfa_active,user\n\"a,b\",true,ines\n"
		return map[string]any{"Content": base64.StdEncoding.EncodeToString([]byte(report)), "ReportFormat": "text/csv"}, nil
	}})
	if got := users(t, b.Passed()); len(got) != 1 || got[0].Username != "ines" || !got[0].MFAEnabled {
		t.Errorf("got %+v", got)
	}
}

func TestReportIsWaitedFor(t *testing.T) {
	b := bench(t)
	asked := 0
	b.Override(simaws.Answer{Service: "iam", Operation: "GetCredentialReport", Give: func(simaws.Request) (any, error) {
		if asked++; asked < 3 {
			return nil, simaws.Failure(404, "ReportInProgress", "still being generated")
		}
		return nil, simaws.ErrPassOn
	}})
	if got := users(t, b.Passed()); len(got) == 0 || asked != 3 {
		t.Errorf("got %d users after asking %d times", len(got), asked)
	}
}

func TestReportThatTakesLongIsTransient(t *testing.T) {
	b := bench(t)
	b.Override(simaws.Answer{Service: "iam", Operation: "GetCredentialReport", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(404, "ReportInProgress", "still being generated")
	}})
	if result := b.Run(); fault.StatusOf(result.Err) != outcome.Transient {
		t.Errorf("got %v of class %s, want a transient error", result.Err, fault.StatusOf(result.Err))
	}
}

func TestCallsGoToTheGlobalRegion(t *testing.T) {
	b := bench(t)
	b.Request.Region = "eu-west-1"
	b.Passed()
	for _, call := range b.Calls() {
		if call.Region != "us-east-1" {
			t.Errorf("%s went to %s", call.Operation, call.Region)
		}
	}
}

func TestBrokenReportIsAnError(t *testing.T) {
	b := bench(t)
	b.Override(simaws.Answer{Service: "iam", Operation: "GetCredentialReport", Give: func(simaws.Request) (any, error) {
		return map[string]any{"Content": base64.StdEncoding.EncodeToString([]byte("user,arn\nonly-one\n")), "ReportFormat": "text/csv"}, nil
	}})
	if result := b.Run(); result.Err == nil || !strings.Contains(result.Err.Error(), "reading the credential report") {
		t.Errorf("got %v", result.Err)
	}
}

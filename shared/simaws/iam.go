package simaws

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var iamService = service{
	name: "iam", protocol: wire.Query{}, global: true,
	operations: []operation{
		{name: "GenerateCredentialReport", handle: handleInput(generateCredentialReport)},
		{name: "GetCredentialReport", handle: handleInput(getCredentialReport)},
	},
}

// CredentialRow is a user's line of the credential report, by column name; columns left out are N/A.
type CredentialRow map[string]string

var credentialColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

func generateCredentials(l *location) []CredentialRow {
	stamp := func(t time.Time) string { return t.Format("2006-01-02T15:04:05+00:00") }
	rows := []CredentialRow{{
		"user": "<root_account>", "arn": "arn:aws:iam::" + l.account.ID + ":root", "user_creation_time": stamp(l.creationTime(l.account)),
		"password_enabled": "not_supported", "password_last_used": stamp(l.startOfYear().AddDate(0, -5, 3)), "password_last_changed": "not_supported",
		"password_next_rotation": "not_supported", "mfa_active": fmt.Sprint(l.account.Character != Sandbox),
	}}
	for i := range l.drawCount("users", 24) {
		r := l.newChance("iam user", i)
		name := fmt.Sprintf("%s-%d", pickOne(r, "deploy", "backup", "metrics", "maren", "jonas", "ines", "partner", "terraform"), i)
		made := r.timeWithin(l.creationTime(l.account), l.startOfYear())
		row := CredentialRow{"user": name, "arn": "arn:aws:iam::" + l.account.ID + ":user/" + name, "user_creation_time": stamp(made), "password_enabled": "false"}
		if r.oneIn(2) {
			row["password_enabled"], row["password_last_used"] = "true", stamp(l.lastInCycle(r, 40))
			row["password_last_changed"], row["password_next_rotation"] = stamp(l.lastInCycle(r, 200)), stamp(l.nextInCycle(r, 90))
			row["mfa_active"] = fmt.Sprint(!r.oneIn(4))
		}
		for key := range r.intBetween(0, 2) {
			prefix := fmt.Sprintf("access_key_%d_", key+1)
			row[prefix+"active"], row[prefix+"last_rotated"] = fmt.Sprint(!r.oneIn(3)), stamp(l.lastInCycle(r, 400))
			if !r.oneIn(4) {
				row[prefix+"last_used_date"], row[prefix+"last_used_region"] = stamp(l.lastInCycle(r, 30)), l.account.Regions[0]
				row[prefix+"last_used_service"] = pickOne(r, "s3", "ec2", "sts", "ecr", "cloudwatch")
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// generateCredentialReport starts the report when it is first asked, and has it ready when it is asked again.
func generateCredentialReport(c *call, _ noInput) (any, error) {
	if c.rememberRequest("credential report") == 1 {
		return object{"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}, nil
	}
	return object{"State": "COMPLETE"}, nil
}

func getCredentialReport(c *call, _ noInput) (any, error) {
	if c.countRequests("credential report") == 0 {
		return nil, Failure(http.StatusGone, "ReportNotPresent", "No report exists. Call GenerateCredentialReport first.")
	}
	var report strings.Builder
	report.WriteString(strings.Join(credentialColumns, ","))
	for _, row := range findItems(c.location, generateCredentials) {
		report.WriteString("\n")
		for i, column := range credentialColumns {
			if i > 0 {
				report.WriteString(",")
			}
			usual := "N/A"
			if strings.HasSuffix(column, "active") {
				usual = "false"
			}
			report.WriteString(cmp.Or(row[column], usual))
		}
	}
	return object{
		"Content": base64.StdEncoding.EncodeToString([]byte(report.String())), "ReportFormat": "text/csv", "GeneratedTime": Time{Time: c.now.Truncate(4 * time.Hour)},
	}, nil
}

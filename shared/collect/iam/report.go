package iam

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// row is one line of the report by column name. Columns may be added to the report at any time.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
type row map[string]string

// addUsers adds each line of the report to the section.
func addUsers(report io.Reader, part *collect.Part) error {
	lines := csv.NewReader(report)
	columns, err := lines.Read()
	if err != nil {
		return fmt.Errorf("reading the columns: %w", err)
	}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		user := row{}
		for i, column := range columns {
			user[column] = line[i]
		}
		if err := part.Add(section, user.toUser()); err != nil {
			return err
		}
	}
}

func (r row) toUser() snapshot.IAMUser {
	user := snapshot.IAMUser{
		Username: r["user"], ARN: r["arn"], CreatedDate: r.parseTime("user_creation_time"), PasswordEnabled: r.parseBool("password_enabled"),
		PasswordLastUsed: r.parseTime("password_last_used"), PasswordLastChanged: r.parseTime("password_last_changed"),
		PasswordNextRotation: r.parseTime("password_next_rotation"), MFAEnabled: r.isTrue("mfa_active"),
		AccessKeys: []snapshot.IAMAccessKey{}, Certificates: []snapshot.IAMCertificate{},
	}
	for _, key := range []string{"access_key_1", "access_key_2"} {
		if r.hasCredential(key) {
			user.AccessKeys = append(user.AccessKeys, snapshot.IAMAccessKey{
				Active: r.isTrue(key + "_active"), LastRotated: r.parseTime(key + "_last_rotated"), LastUsedDate: r.parseTime(key + "_last_used_date"),
				LastUsedRegion: r.parseText(key + "_last_used_region"), LastUsedService: r.parseText(key + "_last_used_service"),
			})
		}
	}
	user.AccessKeysCount = len(user.AccessKeys)
	for _, certificate := range []string{"cert_1", "cert_2"} {
		if r.hasCredential(certificate) {
			user.Certificates = append(user.Certificates, snapshot.IAMCertificate{Active: r.isTrue(certificate + "_active"), LastRotated: r.parseTime(certificate + "_last_rotated")})
		}
	}
	return user
}

// hasCredential reports whether a credential exists. An inactive one exists if it was ever created or rotated.
func (r row) hasCredential(credential string) bool {
	return r.isTrue(credential+"_active") || r.parseTime(credential+"_last_rotated") != nil
}

func (r row) isTrue(column string) bool { return r[column] == "true" }

// parseBool returns nil for other texts than true and false, such as not_supported.
func (r row) parseBool(column string) *bool {
	value := r.isTrue(column)
	if !value && r[column] != "false" {
		return nil
	}
	return &value
}

// parseTime returns nil for N/A, no_information and not_supported.
func (r row) parseTime(column string) *snapshot.Time {
	at, _, err := snapshot.ParseTime(r[column])
	if err != nil {
		return nil
	}
	return &snapshot.Time{Time: at}
}

func (r row) parseText(column string) *string {
	text := r[column]
	if text == "" || text == "N/A" {
		return nil
	}
	return &text
}

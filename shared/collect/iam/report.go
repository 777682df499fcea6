package iam

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"time"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// row is one line of the report by column name. Columns may be added to the report at any time.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
type row map[string]string

// users adds each line of the report to the section.
func users(report io.Reader, part *collect.Part) error {
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
		Username: r["user"], ARN: r["arn"], CreatedDate: r.time("user_creation_time"), PasswordEnabled: r.bool("password_enabled"),
		PasswordLastUsed: r.time("password_last_used"), PasswordLastChanged: r.time("password_last_changed"),
		PasswordNextRotation: r.time("password_next_rotation"), MFAEnabled: r.is("mfa_active"),
		AccessKeys: []snapshot.IAMAccessKey{}, Certificates: []snapshot.IAMCertificate{},
	}
	for _, key := range []string{"access_key_1", "access_key_2"} {
		if r.exists(key) {
			user.AccessKeys = append(user.AccessKeys, snapshot.IAMAccessKey{
				Active: r.is(key + "_active"), LastRotated: r.time(key + "_last_rotated"), LastUsedDate: r.time(key + "_last_used_date"),
				LastUsedRegion: r.text(key + "_last_used_region"), LastUsedService: r.text(key + "_last_used_service"),
			})
		}
	}
	user.AccessKeysCount = len(user.AccessKeys)
	for _, certificate := range []string{"cert_1", "cert_2"} {
		if r.exists(certificate) {
			user.Certificates = append(user.Certificates, snapshot.IAMCertificate{Active: r.is(certificate + "_active"), LastRotated: r.time(certificate + "_last_rotated")})
		}
	}
	return user
}

// exists tells an inactive credential from none: both are not active, but only one of them was ever rotated or made.
func (r row) exists(credential string) bool {
	return r.is(credential+"_active") || r.time(credential+"_last_rotated") != nil
}

func (r row) is(column string) bool { return r[column] == "true" }

// bool is nil for what is neither, such as not_supported.
func (r row) bool(column string) *bool {
	value := r.is(column)
	if !value && r[column] != "false" {
		return nil
	}
	return &value
}

// time is nil for N/A, no_information and not_supported.
func (r row) time(column string) *snapshot.Time {
	at, err := time.Parse(time.RFC3339, r[column])
	if err != nil {
		return nil
	}
	return &snapshot.Time{Time: at}
}

func (r row) text(column string) *string {
	text := r[column]
	if text == "" || text == "N/A" {
		return nil
	}
	return &text
}

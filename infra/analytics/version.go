package analytics

import (
	"crypto/sha256"
	"fmt"
	"io/fs"

	"view360/shared/dbuser"
	"view360/sql"
)

// hashSchema returns a hash of the migrations, views and roles, so that a deployment runs the migrate function if and only
// if they changed.
func hashSchema() string {
	views, err := sql.Views()
	if err != nil {
		panic(err) // the files are compiled in
	}
	others := []string{sql.Prepare, sql.Adopt, sql.Roles}
	for _, view := range views {
		others = append(others, view.Create)
	}
	version, err := computeSchemaVersion(sql.Migrations(), others...)
	if err != nil {
		panic(err)
	}
	return version
}

// hashUsers returns a hash of the SQL that creates the database users and lets them sign in.
func hashUsers() string {
	return fmt.Sprintf("%.16x", sha256.Sum256([]byte(dbuser.Users+dbuser.Tokens)))
}

// computeSchemaVersion returns a hash of files and texts.
func computeSchemaVersion(migrations fs.FS, others ...string) (string, error) {
	hash := sha256.New()
	files, err := fs.Glob(migrations, "*.sql") // sorted
	if err != nil {
		return "", fmt.Errorf("listing migrations: %w", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			return "", fmt.Errorf("reading migration %s: %w", file, err)
		}
		fmt.Fprintf(hash, "%s %d\n%s", file, len(text), text)
	}
	for _, text := range others {
		fmt.Fprintf(hash, "%d\n%s", len(text), text)
	}
	return fmt.Sprintf("%.16x", hash.Sum(nil)), nil
}

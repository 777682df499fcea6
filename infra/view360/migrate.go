package main

import (
	"context"
	"fmt"
	"io"

	"view360/shared/migrate"
)

type migrateCommand struct {
	DatabaseURL string `help:"PostgreSQL to create or upgrade." required:"" placeholder:"URL"`
	DryRun      bool   `help:"Print what would be done, and change nothing."`
}

// Help returns the text of migrate --help.
func (migrateCommand) Help() string {
	return `Creates the schema in an empty database, upgrades one of an earlier version, and adopts one that the Python
version made, without losing a row. Safe to run twice, and to interrupt.`
}

// Run migrates the database.
func (m migrateCommand) Run(ctx context.Context, out *output) error {
	result, err := migrate.Run(ctx, m.DatabaseURL, migrate.Options{DryRun: m.DryRun, Waiting: out.sayWaiting})
	if err != nil {
		return err
	}
	return out.printResult(migration{result.Found, append([]string{}, result.Migrations...), result.Views, m.DryRun})
}

// migration describes a migrated database.
type migration struct {
	Found      migrate.Shape `json:"found"`
	Migrations []string      `json:"migrations"`
	Views      int           `json:"views"`
	DryRun     bool          `json:"dry_run"`
}

// Print writes what was changed.
func (m migration) Print(w io.Writer) error {
	verb := "Applied"
	if m.DryRun {
		verb = "Would apply"
	}
	text := fmt.Sprintf("Found: %s\n", m.Found)
	if len(m.Migrations) == 0 && m.Views == 0 {
		text += "The schema and the views are up to date.\n"
	} else {
		text += fmt.Sprintf("%s %d migrations and %d views\n", verb, len(m.Migrations), m.Views)
	}
	for _, name := range m.Migrations {
		text += "  " + name + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

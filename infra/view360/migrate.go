package main

import (
	"context"
	"fmt"
	"strings"

	"view360/shared/migrate"
)

type migrateCommand struct {
	DatabaseURL string `help:"PostgreSQL to create or upgrade." required:"" placeholder:"URL"`
	DryRun      bool   `help:"Say what would be done and change nothing."`
}

// Help returns the text of migrate --help.
func (migrateCommand) Help() string {
	return `Creates the schema in an empty database, upgrades one of an earlier version, and adopts one that the Python
version made, without losing a row. Safe to run twice, and to interrupt.`
}

// Run migrates the database.
func (m migrateCommand) Run(ctx context.Context, out *output) error {
	result, err := migrate.Run(ctx, m.DatabaseURL, migrate.Options{DryRun: m.DryRun})
	if err != nil {
		return err
	}
	verb := "Applied"
	if m.DryRun {
		verb = "Would apply"
	}
	fmt.Fprintf(out.out, "Found: %s\n", result.Found)
	if len(result.Migrations) == 0 && result.Views == 0 {
		fmt.Fprintln(out.out, "The schema and the views are up to date.")
		return nil
	}
	fmt.Fprintf(out.out, "%s %d migrations and %d views\n", verb, len(result.Migrations), result.Views)
	if len(result.Migrations) > 0 {
		fmt.Fprintln(out.out, "  "+strings.Join(result.Migrations, "\n  "))
	}
	return nil
}

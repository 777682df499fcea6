// Package sql holds the database: the migrations that make its tables and the definitions of its views.
//
// Migrations are numbered, run once and never change after a release. Views have no data, so each deployment drops
// and creates them as a whole; one file is one view, named after it.
package sql

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// ContractVersion is the last migration of the schema that the Python version has too. A database of the Python
// version is adopted by taking the migrations up to this one as applied.
const ContractVersion = 8

// Prepare makes what has to be there before the first migration. It can be run again.
//
//go:embed prepare.sql
var Prepare string

// Adopt brings a database of any version of the Python program to the schema of ContractVersion.
//
//go:embed adopt.sql
var Adopt string

// Roles makes the users of the loaders and of dashboards and grants them what they need. It can be run again, and must
// be after views were created. Its user needs CREATEROLE.
//
//go:embed roles.sql
var Roles string

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed views/*.sql views/view360/*.sql
var views embed.FS

// Migrations returns the numbered migration files.
func Migrations() fs.FS {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return dir
}

// Contract returns the statements of the migrations up to ContractVersion.
func Contract() (string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", fmt.Errorf("listing migrations: %w", err)
	}
	var all strings.Builder
	for _, file := range files[:ContractVersion] {
		text, err := migrations.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading migration %s: %w", file, err)
		}
		all.Write(text)
	}
	return all.String(), nil
}

// View is the definition of one view.
type View struct {
	Name   string // with its schema, such as public.view_kms_keys
	Create string // the statements that create and describe it
}

// Views returns all views in the order in which they can be created: those of schema view360, on which some of the
// others are built, come first.
func Views() ([]View, error) {
	own, err := readViews("views/view360", "view360")
	if err != nil {
		return nil, err
	}
	public, err := readViews("views", "public")
	if err != nil {
		return nil, err
	}
	return append(own, public...), nil
}

func readViews(dir, schema string) ([]View, error) {
	files, err := fs.Glob(views, dir+"/*.sql")
	if err != nil {
		return nil, fmt.Errorf("listing views: %w", err)
	}
	var list []View
	for _, file := range files {
		text, err := views.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading view %s: %w", file, err)
		}
		name := strings.TrimSuffix(path.Base(file), ".sql")
		list = append(list, View{Name: schema + "." + name, Create: string(text)})
	}
	return list, nil
}

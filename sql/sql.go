// Package sql has the database's migrations, which create its tables, and the definitions of its views.
//
// Migrations are numbered, run once, and their statements never change after a release. Views have no data, so each
// deployment drops and creates all of them; one file is one view, with the view's name.
package sql

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// ContractVersion is the last migration of the schema of the Python version. Adopting a database of the Python version
// records the migrations up to this one as applied.
const ContractVersion = 8

// Prepare creates the prerequisites of the first migration. Repeating it has no effect.
//
//go:embed prepare.sql
var Prepare string

// Adopt upgrades a database of any version of the Python program to the schema of ContractVersion.
//
//go:embed adopt.sql
var Adopt string

// Roles creates the users of loaders and dashboards and grants their privileges. It must run after the views are created,
// and may be repeated. Its user needs CREATEROLE if they do not exist.
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
		panic(err) // the folder is embedded
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
	Create string // statements that create and describe it
}

// Views returns all views in an order in which they can be created: first those of schema view360, on which others depend.
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

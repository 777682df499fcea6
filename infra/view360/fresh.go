package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"view360/shared/postgres"
	"view360/shared/simaws"
)

// openDatabase opens the database of the demonstration, if it holds no accounts but those of the simulated organization.
func (d demoCommand) openDatabase(ctx context.Context, out *output, state string) (*database, error) {
	if d.DatabaseURL != "" { // somebody's: it is not even migrated
		if err := checkForeignDatabase(ctx, out, d.DatabaseURL); err != nil {
			return nil, err
		}
	}
	db, err := openDatabase(ctx, out, state, d.DatabaseURL, d.Fresh)
	if err != nil {
		return nil, err
	}
	if err := refuseOtherAccounts(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func checkForeignDatabase(ctx context.Context, out *output, url string) error {
	conn, err := postgres.Connect(ctx, url, postgres.ConnectOptions{Waiting: out.sayWaiting})
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return refuseOtherAccounts(ctx, conn)
}

// shownAccounts bounds the accounts in a message.
const shownAccounts = 3

// refuseOtherAccounts returns an error if a database holds accounts that the simulated organization does not have: their
// rows and the invented ones would be added up.
func refuseOtherAccounts(ctx context.Context, db interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}) error {
	var simulated []string
	for _, a := range simaws.DefaultAccounts() {
		simulated = append(simulated, a.ID)
	}
	list := func(statement string, args ...any) ([]string, error) {
		rows, err := db.Query(ctx, statement, args...)
		if err != nil {
			return nil, fmt.Errorf("reading the accounts of the database: %w", err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("reading the accounts of the database: %w", err)
		}
		return found, nil
	}
	if there, err := list("select 'accounts' where to_regclass('public.accounts') is not null"); err != nil || len(there) == 0 {
		return err
	}
	others, err := list("select distinct account_id::text from public.accounts where account_id::text <> all($1) order by 1 limit $2", simulated, shownAccounts)
	if err != nil || len(others) == 0 {
		return err
	}
	return fmt.Errorf("the database holds accounts that are not simulated, such as %s: the demonstration would mix invented rows with theirs. "+
		"Name another database with --database-url, or another folder with --state", strings.Join(others, ", "))
}

// clearState says what earlier demonstrations left in the state folder, asks, and deletes it, but for the database: that
// is done when it is opened. The caller has locked the folder.
func (d demoCommand) clearState(g *globals, out *output) error {
	left, err := describeState(g.State, d.DatabaseURL == "")
	if err != nil || len(left) == 0 {
		return err
	}
	fmt.Fprintf(out.err, "--fresh deletes in %s: %s.\n", g.State, strings.Join(left, ", "))
	if !d.Yes {
		fmt.Fprint(out.err, "Delete? [y/N] ")
		answer, _ := bufio.NewReader(g.stdin).ReadString('\n') // without an answer: no
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
			return errors.New("nothing is deleted: answer y, or add --yes")
		}
	}
	for _, name := range []string{"objects", "executions"} {
		if err := os.RemoveAll(filepath.Join(g.State, name)); err != nil {
			return fmt.Errorf("emptying the state folder: %w", err)
		}
	}
	return nil
}

// describeState returns what --fresh would delete, such as 12 executions.
func describeState(state string, withDatabase bool) (left []string, err error) {
	if _, err := os.Stat(filepath.Join(state, "postgres", "password")); err == nil && withDatabase {
		left = append(left, "the embedded database with all that is loaded")
	}
	for _, kind := range []struct{ folder, noun string }{{"objects", "stored objects"}, {"executions", "executions"}} {
		n := 0
		err := filepath.WalkDir(filepath.Join(state, kind.folder), func(_ string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				n++
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking into the state folder: %w", err)
		}
		if n > 0 {
			left = append(left, fmt.Sprintf("%d %s", n, kind.noun))
		}
	}
	return left, nil
}

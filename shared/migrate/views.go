package migrate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"view360/sql"
)

// hashViews returns a hash of the definitions of list.
func hashViews(list []sql.View) string {
	hash := sha256.New()
	for _, v := range list {
		fmt.Fprintf(hash, "%s\x00%s\x00", v.Name, v.Create)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// replaceViews drops and creates all views in one transaction and returns their number, or 0 if they are current. It
// keeps the grants on the views.
func replaceViews(ctx context.Context, conn *pgx.Conn) (int, error) {
	list, err := sql.Views()
	if err != nil {
		return 0, err
	}
	current, err := viewsAreCurrent(ctx, conn, list)
	if err != nil || current {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		grants, err := readViewGrants(ctx, tx, list)
		if err != nil {
			return err
		}
		kept, err := takeKeptGrants(ctx, tx)
		if err != nil {
			return err
		}
		recorded, err := listRecordedViews(ctx, tx)
		if err != nil {
			return err
		}
		if err := dropViews(ctx, tx, append(listNames(list), recorded...)); err != nil {
			return err
		}
		for _, v := range list {
			if _, err := tx.Exec(ctx, v.Create); err != nil {
				return fmt.Errorf("creating view %s: %w", v.Name, err)
			}
		}
		for _, grant := range append(grants, kept...) {
			if _, err := tx.Exec(ctx, grant); err != nil {
				return fmt.Errorf("restoring a grant (%s): %w", grant, err)
			}
		}
		return recordViews(ctx, tx, list)
	})
	if err != nil {
		return 0, err
	}
	return len(list), nil
}

// viewsAreCurrent reports whether every view of list exists and the last run created them from the same definitions.
func viewsAreCurrent(ctx context.Context, conn *pgx.Conn, list []sql.View) (current bool, err error) {
	err = conn.QueryRow(ctx, `
		select exists (select from view360.view_sets where hash = $1 and names = $2)
			and not exists (select from unnest($2::text[]) name where to_regclass(name) is null)`,
		hashViews(list), listNames(list)).Scan(&current)
	if err != nil {
		return false, fmt.Errorf("comparing the views: %w", err)
	}
	return current, nil
}

// recordViews stores the hash of list for viewsAreCurrent and its names for listRecordedViews.
func recordViews(ctx context.Context, tx pgx.Tx, list []sql.View) error {
	_, err := tx.Exec(ctx, `
		insert into view360.view_sets (only_row, hash, names) values (true, $1, $2)
		on conflict (only_row) do update set hash = excluded.hash, names = excluded.names, created_at = current_timestamp`,
		hashViews(list), listNames(list))
	if err != nil {
		return fmt.Errorf("recording the views: %w", err)
	}
	return nil
}

// listRecordedViews returns the views that the last run created and that still exist. Its release may have had views that
// this one does not have, built on views that this one has.
func listRecordedViews(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `
		select name from view360.view_sets, unnest(names) name
		where (select relkind from pg_class where oid = to_regclass(name)) = 'v'`)
	if err != nil {
		return nil, fmt.Errorf("listing the recorded views: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing the recorded views: %w", err)
	}
	return names, nil
}

// dropViews drops views. It fails if another view depends on one of them, and the error names that view.
func dropViews(ctx context.Context, tx pgx.Tx, names []string) error {
	_, err := tx.Exec(ctx, "drop view if exists "+strings.Join(names, ", "))
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return fmt.Errorf("dropping the views: %w: %s", err, refusal.Detail)
	}
	if err != nil {
		return fmt.Errorf("dropping the views: %w", err)
	}
	return nil
}

// readViewGrants returns statements that restore the grants on the views of list.
func readViewGrants(ctx context.Context, tx pgx.Tx, list []sql.View) ([]string, error) {
	rows, err := tx.Query(ctx, `
		select format('grant %s on %s to %s%s', a.privilege_type, c.oid::regclass,
			case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
			case when a.is_grantable then ' with grant option' else '' end)
		from pg_class c, aclexplode(c.relacl) a
		where c.relkind = 'v' and a.grantee <> c.relowner
			and c.oid in (select to_regclass(name) from unnest($1::text[]) name)`, listNames(list))
	if err != nil {
		return nil, fmt.Errorf("reading the grants on views: %w", err)
	}
	grants, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading the grants on views: %w", err)
	}
	return grants, nil
}

// takeKeptGrants deletes and returns the grants that the adoption of the database stored.
func takeKeptGrants(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, "delete from view360.kept_grants returning statement")
	if err != nil {
		return nil, fmt.Errorf("reading the stored grants: %w", err)
	}
	grants, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reading the kept grants: %w", err)
	}
	return grants, nil
}

func listNames(list []sql.View) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = v.Name
	}
	return all
}

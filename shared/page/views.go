package page

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// viewsPage lists the views.
type viewsPage struct {
	frame
	Views []viewEntry
}

type viewEntry struct{ Name, Comment string }

const viewCommentsSQL = `
select n.nspname || '.' || c.relname as name, coalesce(obj_description(c.oid), '') as comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname in ('public', 'view360')`

func (p *page) showViews(w http.ResponseWriter, r *http.Request) error {
	show := viewsPage{frame: p.newFrame("data", "Data", "All views as tables. Sort and filter them, and download them as CSV.")}
	err := p.db.read(r.Context(), statementTimeout, func(tx pgx.Tx) error {
		found, err := queryRows[viewEntry](r.Context(), tx, viewCommentsSQL, nil)
		for _, v := range found {
			if v.Name = shortName(v.Name); p.views[v.Name].Name != "" {
				show.Views = append(show.Views, v)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("listing views: %w", err)
	}
	slices.SortFunc(show.Views, func(a, b viewEntry) int { return cmp.Compare(a.Name, b.Name) })
	return p.templates.write(w, "data", show)
}

// shortName removes schema public, which is in the search path.
func shortName(name string) string { return strings.TrimPrefix(name, "public.") }

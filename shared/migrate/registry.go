package migrate

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"view360/shared/catalog"
	"view360/shared/outcome"
)

// writeRegistry writes the sources and statuses of this version, so that views need no list of their own.
func writeRegistry(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	batch.Queue("delete from view360.sources where name <> all($1)", catalog.Names())
	for _, s := range catalog.Sources {
		batch.Queue(`
			insert into view360.sources as r (name, title, table_group, sections) values ($1, $2, $3, $4)
			on conflict (name) do update set title = excluded.title, table_group = excluded.table_group, sections = excluded.sections
			where (r.title, r.table_group, r.sections) is distinct from (excluded.title, excluded.table_group, excluded.sections)`,
			s.Name, s.Title, s.Group, s.Sections)
	}
	for i, s := range outcome.Infos {
		batch.Queue(`
			insert into view360.statuses as r (status, label, urgency, failed, not_applicable, needs_action, remedy)
			values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (status) do update set label = excluded.label, urgency = excluded.urgency, failed = excluded.failed,
				not_applicable = excluded.not_applicable, needs_action = excluded.needs_action, remedy = excluded.remedy
			where (r.label, r.urgency, r.failed, r.not_applicable, r.needs_action, r.remedy) is distinct from
				(excluded.label, excluded.urgency, excluded.failed, excluded.not_applicable, excluded.needs_action, excluded.remedy)`,
			s.Status, s.Label, i+1, s.Failed, s.NotApplicable, s.Status.NeedsAction(), s.Remedy)
	}
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("writing the sources and statuses: %w", err)
	}
	return nil
}

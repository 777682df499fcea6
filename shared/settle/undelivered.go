package settle

import (
	"context"
	"slices"

	"view360/shared/object"
)

// ListUndelivered returns what a run was asked for and has not published, a line each, sorted: the plan's problems, and the
// snapshots without a report.
func ListUndelivered(ctx context.Context, staging *object.Store, name string) ([]string, error) {
	r, err := CollectHandler{Staging: staging}.readRun(ctx, name)
	if object.IsMissing(err) { // the plan failed, and the execution says why
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lines := slices.Clone(r.problems)
	for id, failed := range r.failed {
		if len(failed) == 0 {
			name := parseReportName(id)
			lines = append(lines, name.Account+" "+name.Region+": "+unpublished)
		}
	}
	slices.Sort(lines)
	return lines, nil
}

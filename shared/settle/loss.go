package settle

import (
	"context"
	"log/slog"

	"view360/shared/merge"
	"view360/shared/object"
	"view360/shared/snapshot"
)

// LostMessage is the log message with the number of lost sources, which the alarm counts.
const LostMessage = "sources lost"

// reportLosses logs the sources that Merge found to be lost in this run, which raises the alarm. Settle reads only the
// snapshots that lost a source, and each loss belongs to one run. A redrive logs them again.
func (c CollectHandler) reportLosses(ctx context.Context, run string) error {
	var losses []merge.Loss
	err := c.Staging.List(ctx, snapshot.LossesPrefix(run), func(v object.Version) error {
		var some []merge.Loss
		if err := c.Staging.GetJSON(ctx, v.Key, &some); err != nil {
			return err
		}
		losses = append(losses, some...)
		return nil
	})
	if err != nil || len(losses) == 0 {
		return err
	}
	for _, l := range losses[:min(len(losses), maxLines)] {
		slog.WarnContext(ctx, "source lost", "execution", run, "account", l.Account, "region", l.Region, "service", l.Service,
			"reason", l.Reason, "passed_at", l.PassedAt)
	}
	slog.WarnContext(ctx, LostMessage, "execution", run, "lost", len(losses))
	return nil
}

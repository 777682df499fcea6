package main

import "context"

type backfillCommand struct {
	Start string `help:"First date, 5-9-2025 or 2025-09-05." required:"" placeholder:"DATE"`
	End   string `help:"Last date, inclusive (default: today)." placeholder:"DATE"`
	collectFlags
}

// Help returns the text of backfill --help.
func (backfillCommand) Help() string {
	return `Collects a daily snapshot of each date, all in one execution. Only data with dates exist for the past, such as cost and
findings; the state of resources is known for today only, and left out. --out decides where, as for collect. Look at
the price first:

  ` + calledAs + ` backfill --start 2025-09-05 --end 2025-09-10 --dry-run
  ` + calledAs + ` backfill --start 2025-09-05 --end 2025-09-10 --account 111122223333 --wait
  ` + calledAs + ` backfill --start 2025-09-05 --end 2025-09-10 --out snapshots`
}

// Run collects the dates.
func (c backfillCommand) Run(ctx context.Context, g *globals, out *output) error {
	request := c.buildRequest()
	request["history"], request["start"] = true, c.Start
	if c.End != "" {
		request["end"] = c.End
	}
	return c.collect(ctx, g, out, "backfill", request)
}

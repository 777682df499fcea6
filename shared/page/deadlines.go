package page

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// soon is the period before a deadline in which the overview shows it.
const soon = 90 * 24 * time.Hour

// deadline is the last day of a certificate or commitment.
type deadline struct {
	Name, Account, Detail string
	Ends                  time.Time
	Days                  int // left; negative after the deadline
}

// IsPast reports whether the deadline is over.
func (d deadline) IsPast() bool { return d.Days < 0 }

// withSoon returns args and the end of the period in which deadlines are soon.
func withSoon(args pgx.NamedArgs) pgx.NamedArgs {
	return mergeArgs(args, pgx.NamedArgs{"soon": args["until"].(time.Time).Add(soon)})
}

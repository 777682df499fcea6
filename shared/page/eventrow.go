package page

import "time"

// eventRow is a support ticket or an AWS Health event.
type eventRow struct {
	Name, Account, Status, Detail string
	At                            time.Time
}

package page

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// costs is the spending of the month of the filter's date against the month before, in US dollars.
type costs struct {
	Month, Last       time.Time // first days
	So, Before        float64   // this month up to the date; the whole month before
	Same              float64   // the month before up to the same day
	Days, DaysBefore  int       // with a cost
	DaysSame          int
	Forecast          float64 // of the whole month; NaN when there is none
	Curve             chart
	Services          chart
	Accounts          chart
	ServiceRows, Rows []costRow
}

// costRow is the cost of one service or account in both months.
type costRow struct {
	Name             string
	So, Same, Before float64
}

// Change is the row's difference to the same days of the month before.
func (r costRow) Change() string { return changeOf(r.So, r.Same) }

// PerDay compares a day of this month with one of the same days of the month before: a month that has just begun is not
// cheap, and what is charged on its first day, such as tax, is in both.
func (c costs) PerDay() string {
	if !c.Comparable() {
		return "–"
	}
	return changeOf(c.So/float64(c.Days), c.Same/float64(c.DaysSame))
}

// Comparable reports whether both months have a cost.
func (c costs) Comparable() bool { return c.Days > 0 && c.DaysSame > 0 }

// Dearer reports whether a day of this month costs more than one of the month before.
func (c costs) Dearer() bool {
	return c.Comparable() && c.So/float64(c.Days) > c.Same/float64(c.DaysSame)
}

// HasForecast reports whether Cost Explorer gave one.
func (c costs) HasForecast() bool { return !math.IsNaN(c.Forecast) }

func changeOf(now, before float64) string {
	if before <= 0 {
		return "–"
	}
	return change(now/before - 1)
}

// listed is how many rows a list of the overview has.
const listed = 8

func readCosts(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c costs, err error) {
	c.Month, c.Last, c.Forecast = args["month"].(time.Time), args["last"].(time.Time), math.NaN()
	days, err := rows[costDay](ctx, tx, costDays, args)
	if err != nil {
		return c, fmt.Errorf("reading the cost of days: %w", err)
	}
	args = with(args, pgx.NamedArgs{"same": c.add(days)})
	if c.ServiceRows, err = rows[costRow](ctx, tx, costByService, args); err != nil {
		return c, fmt.Errorf("reading the cost of services: %w", err)
	}
	if c.Rows, err = rows[costRow](ctx, tx, costByAccount, args); err != nil {
		return c, fmt.Errorf("reading the cost of accounts: %w", err)
	}
	ahead, err := values(ctx, tx, costAhead, args)
	if err != nil {
		return c, fmt.Errorf("reading the forecast: %w", err)
	}
	if len(ahead) == 1 && c.Days > 0 {
		rest, err := strconv.ParseFloat(ahead[0], 64)
		if err != nil {
			return c, fmt.Errorf("reading the forecast: %w", err)
		}
		c.Forecast = c.So + rest
	}
	return c, c.draw(days)
}

// add adds up the days and returns the end of those of the month before that this month has reached too.
func (c *costs) add(days []costDay) (same time.Time) {
	same = c.Last
	for _, d := range days {
		if !d.Day.Before(c.Month) {
			c.So, c.Days = c.So+d.Cost, c.Days+1
			same = c.Last.AddDate(0, 0, d.Day.Day())
		}
	}
	for _, d := range days {
		if !d.Day.Before(c.Month) {
			break
		}
		c.Before, c.DaysBefore = c.Before+d.Cost, c.DaysBefore+1
		if d.Day.Before(same) {
			c.Same, c.DaysSame = c.Same+d.Cost, c.DaysSame+1
		}
	}
	return same
}

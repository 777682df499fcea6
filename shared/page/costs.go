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
	Month, LastMonth  time.Time // first days
	ToDate, LastTotal float64   // this month up to the date; the whole month before
	LastToDate        float64   // the month before up to the same day
	Days, LastDays    int       // with a cost
	LastDaysToDate    int
	Forecast          float64 // of the whole month; NaN when there is none
	Curve             chart
	Services          chart
	Accounts          chart
	ServiceRows, Rows []costRow
}

// costRow is the cost of one service or account in both months.
type costRow struct {
	Name                          string
	ToDate, LastToDate, LastTotal float64
}

// Change is the row's difference to the same days of the month before.
func (r costRow) Change() string { return formatChange(r.ToDate, r.LastToDate) }

// DailyChange compares a day of this month with one of the same days of the month before: a month that has just begun is not
// cheap, and what is charged on its first day, such as tax, is in both.
func (c costs) DailyChange() string {
	if !c.IsComparable() {
		return "–"
	}
	return formatChange(c.ToDate/float64(c.Days), c.LastToDate/float64(c.LastDaysToDate))
}

// IsComparable reports whether both months have a cost.
func (c costs) IsComparable() bool { return c.Days > 0 && c.LastDaysToDate > 0 }

// IsHigher reports whether a day of this month costs more than one of the month before.
func (c costs) IsHigher() bool {
	return c.IsComparable() && c.ToDate/float64(c.Days) > c.LastToDate/float64(c.LastDaysToDate)
}

// HasForecast reports whether Cost Explorer gave one.
func (c costs) HasForecast() bool { return !math.IsNaN(c.Forecast) }

func formatChange(now, before float64) string {
	if before <= 0 {
		return "–"
	}
	return change(now/before - 1)
}

// panelRows is how many rows a list of the overview has.
const panelRows = 8

func readCosts(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c costs, err error) {
	c.Month, c.LastMonth, c.Forecast = args["month"].(time.Time), args["last"].(time.Time), math.NaN()
	days, err := queryRows[costDay](ctx, tx, costDaysSQL, args)
	if err != nil {
		return c, fmt.Errorf("reading the cost of days: %w", err)
	}
	args = mergeArgs(args, pgx.NamedArgs{"same": c.addDays(days)})
	if c.ServiceRows, err = queryRows[costRow](ctx, tx, costByServiceSQL, args); err != nil {
		return c, fmt.Errorf("reading the cost of services: %w", err)
	}
	if c.Rows, err = queryRows[costRow](ctx, tx, costByAccountSQL, args); err != nil {
		return c, fmt.Errorf("reading the cost of accounts: %w", err)
	}
	ahead, err := queryTexts(ctx, tx, forecastSQL, args)
	if err != nil {
		return c, fmt.Errorf("reading the forecast: %w", err)
	}
	if len(ahead) == 1 && c.Days > 0 {
		rest, err := strconv.ParseFloat(ahead[0], 64)
		if err != nil {
			return c, fmt.Errorf("reading the forecast: %w", err)
		}
		c.Forecast = c.ToDate + rest
	}
	return c, c.drawCharts(days)
}

// addDays adds up the days and returns the end of those of the month before that this month has reached too.
func (c *costs) addDays(days []costDay) (same time.Time) {
	same = c.LastMonth
	for _, d := range days {
		if !d.Day.Before(c.Month) {
			c.ToDate, c.Days = c.ToDate+d.Cost, c.Days+1
			same = c.LastMonth.AddDate(0, 0, d.Day.Day())
		}
	}
	for _, d := range days {
		if !d.Day.Before(c.Month) {
			break
		}
		c.LastTotal, c.LastDays = c.LastTotal+d.Cost, c.LastDays+1
		if d.Day.Before(same) {
			c.LastToDate, c.LastDaysToDate = c.LastToDate+d.Cost, c.LastDaysToDate+1
		}
	}
	return same
}

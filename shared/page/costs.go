package page

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// costs compares the month of the filter's date with the month before, in US dollars.
type costs struct {
	Month, LastMonth  time.Time // first days of the months
	ToDate, LastTotal float64   // this month up to the date; the whole last month
	LastToDate        float64   // last month up to the same day
	Days, LastDays    int       // days with a cost
	LastDaysToDate    int
	Forecast          float64 // of the whole month; NaN without a forecast
	Curve             chart
	Services          chart
	Accounts          chart
	ServiceRows, Rows []costRow
}

// panelRows is the number of rows of a list in the overview.
const panelRows = 8

func readCosts(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c costs, err error) {
	c.Month, c.LastMonth, c.Forecast = args["month"].(time.Time), args["last"].(time.Time), math.NaN()
	days, err := queryRows[costDay](ctx, tx, costDaysSQL, args)
	if err != nil {
		return c, fmt.Errorf("reading daily costs: %w", err)
	}
	args = mergeArgs(args, pgx.NamedArgs{"same": c.addDays(days)})
	if c.ServiceRows, err = queryRows[costRow](ctx, tx, costByServiceSQL, args); err != nil {
		return c, fmt.Errorf("reading costs by service: %w", err)
	}
	if c.Rows, err = queryRows[costRow](ctx, tx, costByAccountSQL, args); err != nil {
		return c, fmt.Errorf("reading costs by account: %w", err)
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

// addDays adds up the days. It returns the day after the last day of last month that counts for comparison.
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

// costRow is the cost of one service or account in both months.
type costRow struct {
	Name                          string
	ToDate, LastToDate, LastTotal float64
}

// Change returns the change from the same days of last month.
func (r costRow) Change() string { return formatChange(r.ToDate, r.LastToDate) }

// DailyChange returns the change of the average cost of a day, from the same days of last month. Those include charges of
// the first day of a month, such as tax.
func (c costs) DailyChange() string {
	if !c.IsComparable() {
		return "–"
	}
	return formatChange(c.ToDate/float64(c.Days), c.LastToDate/float64(c.LastDaysToDate))
}

// IsComparable reports whether both months have a cost.
func (c costs) IsComparable() bool { return c.Days > 0 && c.LastDaysToDate > 0 }

// IsHigher reports whether an average day costs more than last month.
func (c costs) IsHigher() bool {
	return c.IsComparable() && c.ToDate/float64(c.Days) > c.LastToDate/float64(c.LastDaysToDate)
}

// HasForecast reports whether Cost Explorer returned a forecast.
func (c costs) HasForecast() bool { return !math.IsNaN(c.Forecast) }

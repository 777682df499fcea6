package page

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
)

// costs compares the month of the filter's date with the month before, in US dollars.
type costs struct {
	Month, LastMonth   time.Time // first days of the months
	ToDate, LastTotal  float64   // this month up to the date; the whole last month
	PairedToDate       float64   // of the accounts and days that both months have
	LastToDate         float64   // the same of last month
	Days, LastDays     int       // days with a cost
	PairedDays         int       // of them, days that both months have
	Extent, LastExtent extent
	Forecast           float64 // of the whole month; NaN without a forecast
	ForecastAccounts   int
	Curve              chart
	Services           chart
	Accounts           chart
	ServiceRows, Rows  []costRow
}

// panelRows is the number of rows of a list in the overview.
const panelRows = 8

func readCosts(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (c costs, err error) {
	c.Month, c.LastMonth, c.Forecast = args["month"].(time.Time), args["last"].(time.Time), math.NaN()
	days, err := queryRows[costDay](ctx, tx, costDaysSQL, args)
	if err != nil {
		return c, fmt.Errorf("reading daily costs: %w", err)
	}
	c.addDays(days, args)
	if c.ServiceRows, err = queryRows[costRow](ctx, tx, costByServiceSQL, args); err != nil {
		return c, fmt.Errorf("reading costs by service: %w", err)
	}
	if c.Rows, err = queryRows[costRow](ctx, tx, costByAccountSQL, args); err != nil {
		return c, fmt.Errorf("reading costs by account: %w", err)
	}
	ahead, err := queryRows[struct {
		Rest     float64
		Accounts int
	}](ctx, tx, forecastSQL, args)
	if err != nil {
		return c, fmt.Errorf("reading the forecast: %w", err)
	}
	if c.ForecastAccounts = ahead[0].Accounts; c.ForecastAccounts > 0 && c.Days > 0 {
		c.Forecast = c.ToDate + ahead[0].Rest
	}
	return c, c.drawCharts(days)
}

// addDays adds up the days.
func (c *costs) addDays(days []costDay, args pgx.NamedArgs) {
	date := args["date"].(time.Time)
	c.Extent = extent{OfAccounts: args["expected"].(int), OfDays: date.Day()}
	c.LastExtent = extent{OfAccounts: c.Extent.OfAccounts, OfDays: c.Month.AddDate(0, 0, -1).Day()}
	if date.Equal(args["today"].(time.Time)) {
		c.Extent.OfDays-- // the day has not ended
	}
	for _, d := range days {
		if d.Day.Before(c.Month) {
			c.LastTotal, c.LastDays, c.LastToDate = c.LastTotal+d.Cost, c.LastDays+1, c.LastToDate+d.Paired
			c.LastExtent.addDay(d)
			continue
		}
		c.ToDate, c.Days, c.PairedToDate = c.ToDate+d.Cost, c.Days+1, c.PairedToDate+d.Paired
		c.Extent.addDay(d)
		if d.PairedAccounts > 0 {
			c.PairedDays++
		}
	}
}

// costRow is the cost of one service or account in both months. Paired and LastToDate are of the accounts and days that both
// have.
type costRow struct {
	Name                                  string
	ToDate, Paired, LastToDate, LastTotal float64
}

// Change returns the change from the same days of last month.
func (r costRow) Change() string { return formatChange(r.Paired, r.LastToDate) }

// Change returns the change from the same accounts and days of last month. Those include charges of the first day of a
// month, such as tax.
func (c costs) Change() string {
	if !c.IsComparable() {
		return "–"
	}
	return formatChange(c.PairedToDate, c.LastToDate)
}

// IsComparable reports whether an account has the same day in both months.
func (c costs) IsComparable() bool { return c.PairedDays > 0 }

// IsHigher reports whether the same days cost more than last month.
func (c costs) IsHigher() bool { return c.IsComparable() && c.PairedToDate > c.LastToDate }

// HasForecast reports whether Cost Explorer returned a forecast.
func (c costs) HasForecast() bool { return !math.IsNaN(c.Forecast) }

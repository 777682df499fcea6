package page

import (
	"fmt"
	"math"
	"strconv"
)

// drawCharts draws the charts. It omits the curve if there is only one day.
func (c *costs) drawCharts(days []costDay) (err error) {
	if c.Days+c.LastDays > 1 {
		if c.Curve, err = c.drawCurve(days); err != nil {
			return err
		}
	}
	if c.Services, err = costBars("Cost of this month by service", c.ServiceRows); err != nil {
		return err
	}
	c.Accounts, err = costBars("Cost of this month by account", c.Rows)
	return err
}

func costBars(label string, rows []costRow) (chart, error) {
	if len(rows) == 0 {
		return chart{}, nil
	}
	bars := make([]bar, len(rows))
	for i, r := range rows {
		bars[i] = bar{r.Name, []float64{max(r.ToDate, 0)}} // a negative total, of credits, has no bar
	}
	return barChart(label, bars, []series{{"This month", colorAccent}}, formatMoney)
}

// drawCurve draws the cumulative cost of both months and the forecast.
func (c *costs) drawCurve(days []costDay) (chart, error) {
	this, before, ahead := newGaps(31), newGaps(31), newGaps(31)
	labels := make([]string, 31)
	for i := range labels {
		labels[i] = strconv.Itoa(i + 1)
	}
	last := -1
	for _, d := range days {
		i := d.Day.Day() - 1
		if d.Day.Before(c.Month) {
			before[i] = d.Cost
		} else {
			this[i], last = d.Cost, i
		}
	}
	accumulate(before)
	accumulate(this[:last+1])
	lines := []line{{series{c.LastMonth.Format("January"), colorPast}, before}, {series{c.Month.Format("January"), colorAccent}, this}}
	if end := c.Month.AddDate(0, 1, -1).Day() - 1; c.HasForecast() && last >= 0 && last < end {
		for i := last; i <= end; i++ {
			ahead[i] = c.ToDate + (c.Forecast-c.ToDate)*float64(i-last)/float64(end-last)
		}
		lines = append(lines, line{series{"Forecast", colorAhead}, ahead})
	}
	label := fmt.Sprintf("Cumulative cost of %s, compared with %s", c.Month.Format("January"), c.LastMonth.Format("January"))
	return lineChart(label, labels, lines)
}

func newGaps(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// accumulate replaces each value by the sum up to it. It keeps gaps before the first value and fills later ones.
func accumulate(values []float64) {
	sum, started := 0.0, false
	for i, v := range values {
		if !math.IsNaN(v) {
			sum, started = sum+v, true
		}
		if started {
			values[i] = sum
		}
	}
}

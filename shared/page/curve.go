package page

import (
	"fmt"
	"math"
	"strconv"
)

// draw makes the charts; a single day makes no curve.
func (c *costs) draw(days []costDay) (err error) {
	if c.Days+c.DaysBefore > 1 {
		if c.Curve, err = c.curve(days); err != nil {
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
		bars[i] = bar{r.Name, []float64{max(r.So, 0)}} // a month of credits has no bar
	}
	return barChart(label, bars, []series{{"This month", inkAccent}}, money)
}

// curve adds up both months day by day, and what is still to come.
func (c *costs) curve(days []costDay) (chart, error) {
	this, before, ahead := empty(31), empty(31), empty(31)
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
	addUp(before)
	addUp(this[:last+1])
	lines := []line{{series{c.Last.Format("January"), inkPast}, before}, {series{c.Month.Format("January"), inkAccent}, this}}
	if end := c.Month.AddDate(0, 1, -1).Day() - 1; c.HasForecast() && last >= 0 && last < end {
		for i := last; i <= end; i++ {
			ahead[i] = c.So + (c.Forecast-c.So)*float64(i-last)/float64(end-last)
		}
		lines = append(lines, line{series{"Forecast", inkAhead}, ahead})
	}
	label := fmt.Sprintf("Cost added up over %s, against %s", c.Month.Format("January"), c.Last.Format("January"))
	return lineChart(label, labels, lines)
}

func empty(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// addUp makes each value the sum up to it. Gaps before the first value stay; later ones carry the sum on.
func addUp(values []float64) {
	sum, begun := 0.0, false
	for i, v := range values {
		if !math.IsNaN(v) {
			sum, begun = sum+v, true
		}
		if begun {
			values[i] = sum
		}
	}
}

package config

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Delivery says which dates a schedule delivers.
type Delivery struct {
	Interval string // such as daily
	Text     string // for people
	// Early: for a part of the year or all of it, the schedule fires before the midnight of UTC that its local date begins
	// with, and so delivers a period that ended earlier than people expect.
	Early bool
}

// plainCron is the expression of a single local time a day.
var plainCron = regexp.MustCompile(`^cron\((\d+) (\d+) `)

// ListDeliveries returns what the schedules that are on deliver, in a year. Periods are those of UTC, and a run takes the
// last one that ended before it, so that it depends on the zone and the season.
func (s Schedules) ListDeliveries(year int) []Delivery {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil // a mistake of its own
	}
	var found []Delivery
	for _, at := range []struct{ interval, expression, period string }{
		{"daily", s.Daily, "day"}, {"weekly", s.Weekly, "week"}, {"monthly", s.Monthly, "month"}, {"yearly", s.Yearly, "year"},
	} {
		fields := plainCron.FindStringSubmatch(at.expression)
		switch {
		case at.expression == Off:
		case fields == nil:
			found = append(found, Delivery{Interval: at.interval, Text: fmt.Sprintf("%s delivers each %s of UTC that ended before it", at.expression, at.period)})
		default:
			minute, _ := strconv.Atoi(fields[1])
			hour, _ := strconv.Atoi(fields[2])
			found = append(found, describeDelivery(at.interval, at.period, year, hour, minute, zone))
		}
	}
	return found
}

func describeDelivery(interval, period string, year, hour, minute int, zone *time.Location) Delivery {
	d := Delivery{Interval: interval}
	texts, latest := [2]string{}, 0
	for i, month := range []time.Month{time.January, time.July} {
		local := time.Date(year, month, 15, hour, minute, 0, 0, zone)
		_, offset := local.Zone()
		latest = max(latest, offset)
		utc := local.UTC()
		texts[i] = utc.Format("15:04")
		if utc.Day() < local.Day() {
			texts[i] += " of the day before"
			d.Early = true
		}
	}
	fires := texts[0] + " UTC"
	if texts[1] != texts[0] {
		fires = fmt.Sprintf("%s UTC in January and %s in July", texts[0], texts[1])
	}
	d.Text = fmt.Sprintf("at %02d:%02d in %s, which is %s, it delivers the last %s of UTC that ended before", hour, minute, zone, fires, period)
	if d.Early {
		first := time.Duration(latest) * time.Second
		d.Text += fmt.Sprintf(": one %s earlier than the local date suggests, because that day has not ended in UTC; choose %02d:%02d or later",
			period, int(first.Hours()), int(first.Minutes())%60)
	}
	return d
}

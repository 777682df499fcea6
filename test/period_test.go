package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"view360/shared/collect"
	"view360/shared/collect/cost"
	"view360/shared/collecttest"
	"view360/shared/load"
	"view360/shared/loadtest"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

// The costs of a closed period are those of its days, by service and as a whole, whatever was restated and in whatever order
// the snapshots were loaded.
func TestDaysAddUpToTheirPeriod(t *testing.T) {
	now := time.Date(2026, 1, 20, 2, 0, 0, 0, time.UTC)
	for seed, interval := range []snapshot.Interval{snapshot.Weekly, snapshot.Weekly, snapshot.Monthly, snapshot.Monthly, snapshot.Yearly} {
		t.Run(fmt.Sprintf("%s %d", interval, seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(seed), 17))
			c := &biller{Bench: collecttest.New(t, cost.Collector, simaws.Options{Now: func() time.Time { return now }}), now: now, random: random}
			period := snapshot.LastComplete(interval, now)
			c.bill = c.generateBill(period)
			c.collectDays(period, now)
			c.collectPeriod(interval, period, now)
			changed := c.restate(period)
			for _, day := range changed {
				c.collectDay(day, now.Add(24*time.Hour))
			}
			c.collectPeriod(interval, period, now.Add(24*time.Hour))

			b := loadtest.NewBench(t)
			random.Shuffle(len(c.snapshots), func(i, j int) { c.snapshots[i], c.snapshots[j] = c.snapshots[j], c.snapshots[i] })
			for _, s := range c.snapshots {
				b.LoadGroups(s.Key(), s.JSON(), []load.Handler{b.Handler("account"), b.Handler("cost")})
			}
			want := fmt.Sprintf("%.2f", c.sumBill(period))
			b.Want(fmt.Sprintf("select round(sum(current_period_cost), 2)::text from cost_reports where period_granularity = 'DAILY' and period_start >= '%s' and period_end <= '%s'", period.StartDate(), period.EndDate()), want)
			b.Want(fmt.Sprintf("select round(sum(cost), 2)::text from services where period_granularity = 'DAILY' and date_from >= '%s' and date_to <= '%s'", period.StartDate(), period.EndDate()), want)
			b.Want(fmt.Sprintf("select round(current_period_cost, 2)::text from cost_reports where period_granularity = '%s'", interval), want)
			b.Want(fmt.Sprintf("select round(sum(cost), 2)::text from services where period_granularity = '%s'", interval), want)
			b.Want(fmt.Sprintf(`select count(*)::text from (
				select service, sum(cost) from services where period_granularity = 'DAILY' and date_from >= '%[1]s' and date_to <= '%[2]s' group by 1 having sum(cost) <> 0
				except select service, cost from services where period_granularity = '%[3]s') x`, period.StartDate(), period.EndDate(), interval), "0")
			b.Want("select round(sum(cost_consumed), 2)::text from marketplace_usage", fmt.Sprintf("%.2f", c.sumProducts(period)))
		})
	}
}

// biller collects the bill of an account, and keeps the snapshots.
type biller struct {
	*collecttest.Bench
	now       time.Time
	random    *rand.Rand
	bill      map[string]simaws.Cost // by day and service
	snapshots []loadtest.Snapshot
}

const product = "Datadog Pro"

func (c *biller) generateBill(period snapshot.Window) map[string]simaws.Cost {
	bill := map[string]simaws.Cost{}
	for day := period.Start.AddDate(0, 0, -2); day.Before(period.End.AddDate(0, 0, 2)); day = day.AddDate(0, 0, 1) {
		for _, service := range []string{"Amazon EC2", "Amazon S3", "Tax", "Refund", product} {
			if c.random.IntN(4) == 0 {
				continue
			}
			amount := float64(c.random.IntN(10_000)) / 100
			if service == "Refund" {
				amount = -amount
			}
			entity := "AWS"
			if service == product {
				entity = "AWS Marketplace"
			}
			bill[day.Format(time.DateOnly)+service] = simaws.Cost{Account: collecttest.Production, Service: service, Region: "NoRegion", Day: day, Record: "Usage", Entity: entity, Amount: amount}
		}
	}
	return bill
}

// restate changes the bill of some days of the period, and returns these.
func (c *biller) restate(period snapshot.Window) []time.Time {
	changed := map[time.Time]bool{}
	for _, key := range slices.Sorted(maps.Keys(c.bill)) {
		line := c.bill[key]
		if !period.Contains(line.Day) || c.random.IntN(period.Days()) > 3 {
			continue
		}
		changed[line.Day] = true
		if line.Amount += 1; c.random.IntN(2) == 0 {
			delete(c.bill, key) // left the bill
			continue
		}
		c.bill[key] = line
	}
	return slices.SortedFunc(maps.Keys(changed), time.Time.Compare)
}

func (c *biller) sumBill(period snapshot.Window) (sum float64) {
	for _, line := range c.bill {
		if period.Contains(line.Day) {
			sum += line.Amount
		}
	}
	return sum
}

func (c *biller) sumProducts(period snapshot.Window) (sum float64) {
	for _, line := range c.bill {
		if line.Service == product && period.Contains(line.Day) {
			sum += line.Amount
		}
	}
	return sum
}

// collectDays collects the days of a period as a backfill does, up to 31 with one request.
func (c *biller) collectDays(period snapshot.Window, at time.Time) {
	for newest := period.End; newest.After(period.Start); newest = newest.AddDate(0, 0, -31) {
		c.collectSpan(snapshot.WindowOf(snapshot.Daily, newest), min(30, int(newest.Sub(period.Start).Hours()/24)-1), at)
	}
}

func (c *biller) collectDay(day, at time.Time) {
	c.collectSpan(snapshot.WindowOf(snapshot.Daily, day.AddDate(0, 0, 1)), 0, at)
}

func (c *biller) collectSpan(window snapshot.Window, earlier int, at time.Time) {
	result := c.collect(snapshot.Daily, window, earlier)
	c.keep(snapshot.Daily, window, result.Content, at)
	for n := range earlier {
		before := c.Request.DaysBefore(n + 1)
		content := map[string]json.RawMessage{}
		for _, section := range []string{"service", "cost", "marketplace"} {
			var value json.RawMessage
			if c.Staged(before.Date, section, &value) {
				content[section] = value
			}
		}
		c.keep(snapshot.Daily, before.Window, content, at)
	}
}

func (c *biller) collectPeriod(interval snapshot.Interval, window snapshot.Window, at time.Time) {
	c.keep(interval, window, c.collect(interval, window, 0).Content, at)
}

func (c *biller) collect(interval snapshot.Interval, window snapshot.Window, earlier int) collecttest.Result {
	simaws.Set(c.Organization, simaws.Place{}, slices.Collect(maps.Values(c.bill))...)
	c.Request = collect.Input{
		Run: "run", Account: collecttest.Production, Region: "us-east-1", Home: true, Interval: interval, Window: window,
		Date: window.NameDate(interval).Format(time.DateOnly), EarlierDays: earlier, History: true, Now: c.now,
	}
	return c.Run()
}

func (c *biller) keep(interval snapshot.Interval, window snapshot.Window, content map[string]json.RawMessage, at time.Time) {
	s := loadtest.Snapshot{
		Date: window.NameDate(interval).Format(time.DateOnly), Interval: string(interval), Collected: at.Format(time.RFC3339), Sections: map[string]string{},
	}
	for section, text := range content {
		s.Sections[section] = string(text)
	}
	c.snapshots = append(c.snapshots, s)
}

package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/infra/config"
)

func TestScheduleSaysWhatItDelivers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schedules config.Schedules
		want      []config.Delivery
	}{
		"utc": {config.Schedules{TimeZone: "UTC", Daily: "cron(0 1 * * ? *)", Weekly: "rate(7 days)", Monthly: "off", Yearly: "off"}, []config.Delivery{
			{Interval: "daily", Text: "at 01:00 in UTC, which is 01:00 UTC, it delivers the last day of UTC that ended before"},
			{Interval: "weekly", Text: "rate(7 days) delivers each week of UTC that ended before it"},
		}},
		"summer time": {config.Schedules{TimeZone: "Europe/Berlin", Daily: "cron(0 1 * * ? *)", Weekly: "off", Monthly: "off", Yearly: "off"}, []config.Delivery{
			{Interval: "daily", Early: true, Text: "at 01:00 in Europe/Berlin, which is 00:00 UTC in January and 23:00 of the day before in July, it delivers the last day of UTC that " +
				"ended before: one day earlier than the local date suggests, because that day has not ended in UTC; choose 02:00 or later"},
		}},
		"late enough": {config.Schedules{TimeZone: "Europe/Berlin", Daily: "cron(0 3 * * ? *)", Weekly: "off", Monthly: "off", Yearly: "off"}, []config.Delivery{
			{Interval: "daily", Text: "at 03:00 in Europe/Berlin, which is 02:00 UTC in January and 01:00 in July, it delivers the last day of UTC that ended before"},
		}},
		"first of the month in Sydney": {config.Schedules{TimeZone: "Australia/Sydney", Daily: "off", Weekly: "off", Monthly: "cron(0 5 1 * ? *)", Yearly: "off"}, []config.Delivery{
			{Interval: "monthly", Early: true, Text: "at 05:00 in Australia/Sydney, which is 18:00 of the day before UTC in January and 19:00 of the day before in July, it delivers the last month " +
				"of UTC that ended before: one month earlier than the local date suggests, because that day has not ended in UTC; choose 11:00 or later"},
		}},
		"half an hour": {config.Schedules{TimeZone: "Asia/Kolkata", Daily: "cron(45 5 * * ? *)", Weekly: "off", Monthly: "off", Yearly: "off"}, []config.Delivery{
			{Interval: "daily", Text: "at 05:45 in Asia/Kolkata, which is 00:15 UTC, it delivers the last day of UTC that ended before"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.schedules.ListDeliveries(2026)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

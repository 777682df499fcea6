package price_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"view360/shared/price"
)

func scenario(t *testing.T, accounts, regions int) price.Scenario {
	t.Helper()
	prices, err := price.ReadPrices()
	if err != nil {
		t.Fatal(err)
	}
	// A made-up day: one account and region with 100 transitions.
	return price.Scenario{Accounts: accounts, Regions: regions, Prices: prices, Measured: price.Measured{
		Accounts: 1, Snapshots: 1, Loads: 1, CollectTransitions: 80, LoadTransitions: 20, CollectRequests: 20, LoadRequests: 10,
		AWSCalls: 200, PaidRequests: 5, CollectPuts: 50, CollectGets: 20, LoadPuts: 1, LoadGets: 20, Bytes: 1_000_000, LogBytes: 10_000, LoadSeconds: 4,
	}, Resources: map[price.Way]price.Resources{
		price.Pull:    {Hub: price.Fixed{AlarmMetrics: 110, Dashboards: 4, Keys: 3, Secrets: 2, Pollers: 2}},
		price.Push:    {Hub: price.Fixed{AlarmMetrics: 10, Keys: 3}, Account: price.Fixed{AlarmMetrics: 11, Keys: 1}},
		price.OptionB: {Hub: price.Fixed{Keys: 3, Instances: 1, VolumeGB: 8, EndpointZones: 6, MinACUs: 0.5, Databases: 2}},
	}}
}

func line(t *testing.T, bill []price.Component, name string) price.Component {
	t.Helper()
	for _, c := range bill {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no component %s", name)
	return price.Component{}
}

func near(got, want float64) bool { return math.Abs(got-want) < 0.005 }

func TestCostIsCountTimesPrice(t *testing.T) {
	bill := scenario(t, 100, 10).Month(price.Pull)
	for name, want := range map[string]float64{
		"State transitions": (1.01*100*10*100*price.Days - 4_000) * 0.000025, // one in a hundred is tried again
		"Alarms":            100*0.1 + 1*3,                                   // less ten metrics and three dashboards
		"Secrets":           2 * 0.4,
		"Queues":            (2*15*60*730 - 1_000_000) * 0.0000004,
		"Cost Explorer":     100 * 5 * price.Days * 0.01, // by account, for any number of regions
		"EC2 receiver":      0,
	} {
		if got := line(t, bill, name).Dollars; !near(got, want) {
			t.Errorf("%s: %.2f dollars, want %.2f", name, got, want)
		}
	}
	sum := 0.0
	for _, c := range bill {
		if c.Dollars < 0 || math.IsNaN(c.Dollars) {
			t.Errorf("%s costs %f", c.Name, c.Dollars)
		}
		sum += c.Dollars
	}
	if !near(price.Total(bill), sum) {
		t.Errorf("the total is %f, the sum %f", price.Total(bill), sum)
	}
}

// Days that an account republishes count once for each account, not once for each region.
func TestRepublishedDaysAreOfTheHomeRegion(t *testing.T) {
	s := scenario(t, 1000, 1)
	s.Measured.Loads = 3
	loads := func(regions int) float64 {
		s.Regions = regions
		return line(t, s.Month(price.Pull), "State transitions").Quantity - 1.01*1000*float64(regions)*80*price.Days
	}
	if one, ten := loads(1), loads(10); !near(ten-one, 1.01*1000*9*price.Days*20/3) {
		t.Errorf("nine regions more cost %f transitions of loading, want those of nine snapshots", ten-one)
	}
}

func TestUnknownResourcesAreRefused(t *testing.T) {
	for template, want := range map[string]string{
		`{"Resources":{"Gateway":{"Type":"AWS::EC2::NatGateway"}}}`:                                              "Gateway: the cost model does not know AWS::EC2::NatGateway",
		`{"Resources":{"Box":{"Type":"AWS::EC2::Instance","Properties":{"InstanceType":"m7g.large"}}}}`:          "no price of the instance type m7g.large",
		`{"Resources":{"E":{"Type":"AWS::EC2::VPCEndpoint","Properties":{"VpcEndpointType":"Interface"}}}}`:      "without a list of subnets",
		`{"Resources":{"Db":{"Type":"AWS::RDS::DBInstance","Properties":{"DBInstanceClass":"db.r8g.2xlarge"}}}}`: "no price of the class db.r8g.2xlarge",
		`[]`: "reading a template",
	} {
		if _, err := price.CountResources([]byte(template)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", template, err, want)
		}
	}
}

func TestDeploymentWaysDifferAsExpected(t *testing.T) {
	s := scenario(t, 1000, 10)
	pull, push, optionB := s.Month(price.Pull), s.Month(price.Push), s.Month(price.OptionB)
	if got, want := line(t, pull, "State transitions").Quantity-line(t, push, "State transitions").Quantity, 1000.0*4_000; got <= 0 || got > want {
		t.Errorf("pushed, %f transitions more are free, want at most %f", got, want)
	}
	if got := line(t, push, "Alarms").Dollars; !near(got, 1000*0.1) {
		t.Errorf("pushed, alarms cost %f, want one metric in each account beyond ten", got)
	}
	if got := line(t, optionB, "Aurora").Quantity; got < 2*0.5*730 {
		t.Errorf("a database of two instances that never pauses runs for %f ACU-hours", got)
	}
	if keys := line(t, push, "KMS").Quantity - line(t, pull, "KMS").Quantity; keys != 1000 {
		t.Errorf("pushed, there are %f keys more, want one for each account", keys)
	}
	if line(t, push, "Cost Explorer") != line(t, pull, "Cost Explorer") || line(t, optionB, "Cost Explorer") != line(t, pull, "Cost Explorer") {
		t.Error("Cost Explorer costs the same whoever asks")
	}
	if line(t, optionB, "Lambda").Dollars >= line(t, pull, "Lambda").Dollars || line(t, optionB, "EC2 receiver").Dollars <= 6 {
		t.Errorf("with a receiver Lambda costs %f and EC2 %f", line(t, optionB, "Lambda").Dollars, line(t, optionB, "EC2 receiver").Dollars)
	}
}

func TestOneAccountStaysWithinTheFreeTier(t *testing.T) {
	s := scenario(t, 1, 1)
	for _, name := range []string{"State transitions", "Lambda"} {
		if got := line(t, s.Month(price.Pull), name).Dollars; got != 0 {
			t.Errorf("%s: %f dollars", name, got)
		}
	}
}

func TestFilesAreDatedAndComplete(t *testing.T) {
	prices, err := price.ReadPrices()
	if err != nil {
		t.Fatal(err)
	}
	measured, err := price.ReadMeasured()
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range []string{prices.AsOf, measured.Date} {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			t.Error(err)
		}
	}
	if len(prices.Sources) == 0 || prices.AuroraACUHour <= 0 || prices.Free.StateTransitions <= 0 || measured.Snapshots == 0 || measured.LoadTransitions == 0 {
		t.Errorf("prices %+v, measured %+v", prices, measured)
	}
}

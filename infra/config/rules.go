package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
)

// checkConfig checks all fields. It expects defaults for omitted ones.
func (c *checker) checkConfig(f Config) {
	c.checkForm("name", f.Name, nameForm)
	c.checkForm("hub.account", f.Hub.Account, accountForm)
	c.checkForm("hub.region", f.Hub.Region, regionForm)
	if f.Organization != nil {
		c.checkOrganization(*f.Organization)
	}
	c.checkCollection(f)
	c.checkSchedules(f.Collection.Schedules)
	c.checkTenancy(f.Tenancy)
	c.checkNetwork(f.Network, f.Hub.Region)
	c.checkDatabase(f.Database)
	c.checkStorage(f.Storage)
	c.checkLoading(f.Loading)
	if f.QuickSight != nil {
		c.checkQuickSight(*f.QuickSight)
	}
	c.checkForms("alarms.emails", f.Alarms.Emails, emailForm)
	c.checkRange("alarms.silent_hours", float64(f.Alarms.SilentHours), 2, 24*31)
	periods := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	if !slices.Contains(periods, f.Logs.Days) {
		c.addMistake("logs.days", f.Logs.Days, "use one of "+strings.Trim(fmt.Sprint(periods), "[]"))
	}
}

func (c *checker) checkOrganization(o Organization) {
	c.checkForm("organization.id", o.ID, idForm)
	c.checkForms("organization.units", o.Units, unitForm)
	c.checkForms("organization.exclude_units", o.ExcludeUnits, unitForm)
}

func (c *checker) checkCollection(f Config) {
	n := f.Collection
	c.checkOneOf("collection.mode", n.Mode, Single, Pull, Push)
	c.checkForms("collection.accounts", n.Accounts, accountForm)
	c.checkForms("collection.exclude_accounts", n.ExcludeAccounts, accountForm)
	c.checkForms("collection.regions", n.Regions, regionForm)
	c.checkForm("collection.home_region", n.HomeRegion, regionForm)
	c.checkSources("collection.sources", n.Sources)
	c.checkSources("collection.exclude_sources", n.ExcludeSources)
	c.checkRange("collection.concurrency", float64(n.Concurrency), 1, 1000)
	c.checkRange("collection.regions_at_once", float64(n.RegionsAtOnce), 0, 40)
	c.checkRange("collection.services_at_once", float64(n.ServicesAtOnce), 0, 40)
	for _, name := range slices.Sorted(maps.Keys(n.SourceConcurrency)) {
		c.checkSources("collection.source_concurrency", []string{name})
		c.checkRange("collection.source_concurrency."+name, float64(n.SourceConcurrency[name]), 1, 1000)
	}
	c.checkRange("collection.trailing_days", float64(n.TrailingDays), 0, 60)
	c.checkRange("collection.settle_days", float64(*n.SettleDays), 0, 27)
	c.checkRange("collection.paid_calls", float64(n.PaidCalls), 0, 20)
	c.checkForm("collection.role_name", n.RoleName, roleForm)
	switch n.Mode {
	case Pull:
		c.checkForm("collection.external_id", n.ExternalID, externalForm)
		if f.Organization != nil && len(f.Organization.Units) == 0 {
			c.addMistake("organization.units", "", "name the units, or the root, that get the member role")
		}
	case Single:
		if f.Organization != nil {
			c.addMistake("collection.mode", n.Mode, "with an organization, use pull or push")
		}
	}
	if n.Mode != Single && f.Organization == nil && len(n.Accounts) == 0 {
		c.addMistake("collection.accounts", "", "without an organization, list the accounts")
	}
}

// checkSources adds a mistake for each unknown source.
func (c *checker) checkSources(field string, names []string) {
	for i, name := range names {
		if _, known := catalog.FindByName(name); !known {
			c.addMistake(fmt.Sprintf("%s[%d]", field, i), name, "use one of "+strings.Join(catalog.Names(), ", "))
		}
	}
}

func (c *checker) checkSchedules(s Schedules) {
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		c.addMistake("collection.schedules.time_zone", s.TimeZone, "write a time zone such as Europe/Berlin")
	}
	for _, at := range []struct{ interval, expression string }{
		{"daily", s.Daily}, {"weekly", s.Weekly}, {"monthly", s.Monthly}, {"yearly", s.Yearly},
	} {
		c.checkForm("collection.schedules."+at.interval, at.expression, cronForm)
	}
	c.checkRange("collection.schedules.window", float64(*s.Window), 0, 1440)
}

func (c *checker) checkTenancy(t Tenancy) {
	c.checkLabels("tenancy.default", t.Default)
	for _, account := range slices.Sorted(maps.Keys(t.Accounts)) {
		field := "tenancy.accounts." + account
		c.checkForm(field, account, accountForm)
		c.checkLabels(field, t.Accounts[account])
	}
}

func (c *checker) checkLabels(field string, l Labels) {
	if l.Category != "" {
		c.checkOneOf(field+".category", l.Category, "Both", "Internet", "Intranet")
	}
	if l.Environment != "" {
		c.checkOneOf(field+".environment", l.Environment, "PRODUCTION", "STAGING", "TEST", "UAT", "DEVELOPMENT")
	}
}

func (c *checker) checkNetwork(n Network, region string) {
	if n.Existing == nil {
		c.checkRange("network.zones", float64(n.Zones), 2, 3)
		cidr, err := netip.ParsePrefix(n.CIDR)
		if err != nil || !cidr.Addr().Is4() || cidr.Masked() != cidr || cidr.Bits() < 16 || cidr.Bits() > 24 {
			c.addMistake("network.cidr", n.CIDR, "write an IPv4 network of 16 to 24 bits such as 10.0.0.0/16")
		}
		return
	}
	e := *n.Existing
	c.checkForm("network.existing.vpc", e.VPC, buildIDForm("vpc"))
	c.checkForms("network.existing.subnets", e.Subnets, buildIDForm("subnet"))
	c.checkForms("network.existing.zones", e.Zones, zoneForm)
	c.checkForms("network.existing.route_tables", e.RouteTables, buildIDForm("rtb"))
	if len(e.Subnets) < 2 {
		c.addMistake("network.existing.subnets", "", "name at least two, in different zones")
	}
	if len(e.Zones) != len(e.Subnets) {
		c.addMistake("network.existing.zones", strings.Join(e.Zones, ", "), "name the zone of each subnet, in their order; all differ")
	}
	for i, zone := range e.Zones {
		if !strings.HasPrefix(zone, region) {
			c.addMistake(fmt.Sprintf("network.existing.zones[%d]", i), zone, "it must be in the hub's region "+region)
		}
	}
	if !e.S3Endpoint && len(e.RouteTables) == 0 {
		c.addMistake("network.existing.route_tables", "", "name those of the subnets, or set s3_endpoint: true when the network has an S3 gateway endpoint")
	}
}

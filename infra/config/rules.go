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

func (c *checker) config(f Config) {
	c.match("name", f.Name, nameForm)
	c.match("hub.account", f.Hub.Account, accountForm)
	c.match("hub.region", f.Hub.Region, regionForm)
	if f.Organization != nil {
		c.organization(*f.Organization)
	}
	c.collection(f)
	c.schedules(f.Collection.Schedules)
	c.tenancy(f.Tenancy)
	c.network(f.Network, f.Hub.Region)
	c.database(f.Database)
	c.storage(f.Storage)
	c.loading(f.Loading)
	if f.QuickSight != nil {
		c.quickSight(*f.QuickSight)
	}
	c.matchAll("alarms.emails", f.Alarms.Emails, emailForm)
	c.between("alarms.silent_hours", float64(f.Alarms.SilentHours), 2, 24*31)
	periods := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	if !slices.Contains(periods, f.Logs.Days) {
		c.add("logs.days", f.Logs.Days, "use one of "+strings.Trim(fmt.Sprint(periods), "[]"))
	}
}

func (c *checker) organization(o Organization) {
	c.match("organization.id", o.ID, idForm)
	c.matchAll("organization.units", o.Units, unitForm)
	c.matchAll("organization.exclude_units", o.ExcludeUnits, unitForm)
}

func (c *checker) collection(f Config) {
	n := f.Collection
	c.oneOf("collection.mode", n.Mode, Single, Pull, Push)
	c.matchAll("collection.accounts", n.Accounts, accountForm)
	c.matchAll("collection.exclude_accounts", n.ExcludeAccounts, accountForm)
	c.matchAll("collection.regions", n.Regions, regionForm)
	c.match("collection.home_region", n.HomeRegion, regionForm)
	c.words("collection.sources", n.Sources)
	c.words("collection.exclude_sources", n.ExcludeSources)
	c.between("collection.concurrency", float64(n.Concurrency), 1, 1000)
	c.between("collection.regions_at_once", float64(n.RegionsAtOnce), 0, 40)
	c.between("collection.services_at_once", float64(n.ServicesAtOnce), 0, 40)
	for _, word := range slices.Sorted(maps.Keys(n.SourceConcurrency)) {
		c.words("collection.source_concurrency", []string{word})
		c.between("collection.source_concurrency."+word, float64(n.SourceConcurrency[word]), 1, 1000)
	}
	c.between("collection.trailing_days", float64(n.TrailingDays), 0, 60)
	c.between("collection.paid_calls", float64(n.PaidCalls), 0, 20)
	c.match("collection.role_name", n.RoleName, roleForm)
	switch n.Mode {
	case Pull:
		c.match("collection.external_id", n.ExternalID, externalForm)
		if f.Organization != nil && len(f.Organization.Units) == 0 {
			c.add("organization.units", "", "name the units, or the root, that get the member role")
		}
	case Single:
		if f.Organization != nil {
			c.add("collection.mode", n.Mode, "with an organization, use pull or push")
		}
	}
	if n.Mode != Single && f.Organization == nil && len(n.Accounts) == 0 {
		c.add("collection.accounts", "", "without an organization, list the accounts")
	}
}

func (c *checker) words(field string, words []string) {
	for i, word := range words {
		if _, known := catalog.FindByName(word); !known {
			c.add(fmt.Sprintf("%s[%d]", field, i), word, "use one of "+strings.Join(catalog.Names(), ", "))
		}
	}
}

func (c *checker) schedules(s Schedules) {
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		c.add("collection.schedules.time_zone", s.TimeZone, "write a time zone such as Europe/Berlin")
	}
	for _, at := range []struct{ interval, expression string }{
		{"daily", s.Daily}, {"weekly", s.Weekly}, {"monthly", s.Monthly}, {"yearly", s.Yearly},
	} {
		c.match("collection.schedules."+at.interval, at.expression, cronForm)
	}
	c.between("collection.schedules.window", float64(*s.Window), 0, 1440)
}

func (c *checker) tenancy(t Tenancy) {
	c.labels("tenancy.default", t.Default)
	for _, account := range slices.Sorted(maps.Keys(t.Accounts)) {
		field := "tenancy.accounts." + account
		c.match(field, account, accountForm)
		c.labels(field, t.Accounts[account])
	}
}

func (c *checker) labels(field string, l Labels) {
	if l.Category != "" {
		c.oneOf(field+".category", l.Category, "Both", "Internet", "Intranet")
	}
	if l.Environment != "" {
		c.oneOf(field+".environment", l.Environment, "PRODUCTION", "STAGING", "TEST", "UAT", "DEVELOPMENT")
	}
}

func (c *checker) network(n Network, region string) {
	if n.Existing == nil {
		c.between("network.zones", float64(n.Zones), 2, 3)
		cidr, err := netip.ParsePrefix(n.CIDR)
		if err != nil || !cidr.Addr().Is4() || cidr.Masked() != cidr || cidr.Bits() < 16 || cidr.Bits() > 24 {
			c.add("network.cidr", n.CIDR, "write an IPv4 network of 16 to 24 bits such as 10.0.0.0/16")
		}
		return
	}
	e := *n.Existing
	c.match("network.existing.vpc", e.VPC, prefixed("vpc"))
	c.matchAll("network.existing.subnets", e.Subnets, prefixed("subnet"))
	c.matchAll("network.existing.zones", e.Zones, zoneForm)
	c.matchAll("network.existing.route_tables", e.RouteTables, prefixed("rtb"))
	if len(e.Subnets) < 2 {
		c.add("network.existing.subnets", "", "name at least two, in different zones")
	}
	if len(e.Zones) != len(e.Subnets) {
		c.add("network.existing.zones", strings.Join(e.Zones, ", "), "name the zone of each subnet, in their order; all differ")
	}
	for i, zone := range e.Zones {
		if !strings.HasPrefix(zone, region) {
			c.add(fmt.Sprintf("network.existing.zones[%d]", i), zone, "it must be in the hub's region "+region)
		}
	}
	if !e.S3Endpoint && len(e.RouteTables) == 0 {
		c.add("network.existing.route_tables", "", "name those of the subnets, or set s3_endpoint: true when the network has an S3 gateway endpoint")
	}
}

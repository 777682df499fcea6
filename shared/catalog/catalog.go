// Package catalog is the list of sources: one row for each, data only. The stacks, the plan, the merge, the local
// process, and the tests read it; a new source is one row here and files of its own.
package catalog

import (
	"slices"
	"strings"
	"time"
)

// Placement is where a source is collected.
type Placement string

const (
	// Account: once for each account, before its regions; every region's snapshot carries it.
	Account Placement = "account"
	// Home: once for each account, in the home region.
	Home Placement = "home"
	// Regional: in every region. A source with account-wide parts collects those in the home region only.
	Regional Placement = "regional"
)

// Source is one row: all properties of a source that other packages use.
type Source struct {
	Name string // lower case, no separators, such as guardduty
	// Title names the source for people, such as GuardDuty findings.
	Title     string
	Placement Placement
	// Sections lists the paths in the snapshot that the source fills, such as security.kms.
	Sections []string
	// Group is the table group that loads the sections into Tables, which Views read.
	Group  string
	Tables []string
	Views  []string
	// Dated sources can be collected for past windows, as in a backfill. The others have only present data.
	Dated bool
	// Paid sources send requests that AWS charges for.
	Paid bool
	// DailyOnly sources describe days: the longer intervals leave them out.
	DailyOnly bool
	// CoversManyDays: the source reads many days with the requests of one.
	CoversManyDays bool
	// NotIn lists enabled-by-default regions where AWS does not offer the service.
	NotIn []string
	// Actions lists the actions of the collector's role: exactly those that it calls.
	Actions []Action
	// MemoryMB and Timeout are the function's limits.
	MemoryMB int
	Timeout  time.Duration
}

// Action is one IAM action of a collector's role.
type Action struct {
	Name string // such as kms:ListKeys
	// Resource is the narrowest ARN that the action allows, with ${Partition}, ${Region} and ${Account}; "" is *.
	Resource string
	// Operation is the API operation if its name differs from the action's, such as ListBuckets for s3:ListAllMyBuckets.
	Operation string
	// Dependent actions are not called: AWS requires them of the caller of another action.
	Dependent bool
	// Also is another operation that the action allows, without an action of its own.
	Also string
}

// The default limits of a collector function.
const (
	memoryMB = 256
	timeout  = 5 * time.Minute
)

// FindByName returns the source with that name.
func FindByName(name string) (Source, bool) {
	i := slices.IndexFunc(Sources, func(s Source) bool { return s.Name == name })
	if i < 0 {
		return Source{}, false
	}
	return Sources[i], true
}

// FindByNameOrSection returns the source with that name, or that fills a section of that name, such as security.waf_rules or
// waf_rules.
func FindByNameOrSection(name string) (Source, bool) {
	if source, found := FindByName(name); found {
		return source, true
	}
	i := slices.IndexFunc(Sources, func(s Source) bool {
		return slices.ContainsFunc(s.Sections, func(path string) bool { return path == name || strings.HasSuffix(path, "."+name) })
	})
	if i < 0 {
		return Source{}, false
	}
	return Sources[i], true
}

// Names returns the names of the sources in catalog order.
func Names() []string {
	names := make([]string, len(Sources))
	for i, s := range Sources {
		names[i] = s.Name
	}
	return names
}

// ActionNames returns the names of the role's actions.
func (s Source) ActionNames() []string {
	names := make([]string, len(s.Actions))
	for i, a := range s.Actions {
		names[i] = a.Name
	}
	return names
}

// IsOfferedIn reports whether AWS offers the service in region.
func (s Source) IsOfferedIn(region string) bool { return !slices.Contains(s.NotIn, region) }

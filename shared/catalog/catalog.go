// Package catalog is the list of sources: one row for each, data only. The stacks, the plan, the merge, the local
// process and the tests loop over it; adding a source is one row here and files that no other source touches.
package catalog

import (
	"slices"
	"strings"
	"time"
)

// Placement says where a source is collected.
type Placement string

const (
	// Account: once for each account, before its regions; every region's snapshot carries it.
	Account Placement = "account"
	// Home: once for each account, in the home region.
	Home Placement = "home"
	// Regional: in every region. A source with account-wide parts collects those in the home region only.
	Regional Placement = "regional"
)

// Source is one row: everything that differs between sources, outside their own code.
type Source struct {
	Name string // lower case, no separators, such as guardduty
	// Title names the source for people, such as GuardDuty findings.
	Title     string
	Placement Placement
	// Sections are the paths in the snapshot that the source fills, such as security.kms.
	Sections []string
	// Group is the table group whose loader takes the sections; Tables and Views are what they feed.
	Group  string
	Tables []string
	Views  []string
	// Dated sources answer for past windows and take part in a backfill. The others only know the present.
	Dated bool
	// Paid sources make requests that AWS charges for.
	Paid bool
	// CoversManyDays: the source reads many days with the requests of one.
	CoversManyDays bool
	// NotIn are enabled-by-default regions where the service does not exist.
	NotIn []string
	// Actions are what the collector's role holds: exactly what it calls.
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
	// Operation is the API operation where its name is not the action's, such as ListBuckets for s3:ListAllMyBuckets.
	Operation string
	// Dependent actions are not called by us: AWS requires them of the caller of another action.
	Dependent bool
}

// The limits of a collector function that nothing else asks for.
const (
	memoryMB = 256
	timeout  = 5 * time.Minute
)

// FindByName returns the row of word.
func FindByName(word string) (Source, bool) {
	i := slices.IndexFunc(Sources, func(s Source) bool { return s.Name == word })
	if i < 0 {
		return Source{}, false
	}
	return Sources[i], true
}

// FindByNameOrSection returns the row that a person means by name: its word, or a section that it fills, such as security.waf_rules or
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

// Names are the sources' words in catalogue order.
func Names() []string {
	words := make([]string, len(Sources))
	for i, s := range Sources {
		words[i] = s.Name
	}
	return words
}

// ActionNames are the names of the role's actions.
func (s Source) ActionNames() []string {
	names := make([]string, len(s.Actions))
	for i, a := range s.Actions {
		names[i] = a.Name
	}
	return names
}

// OfferedIn reports whether the service exists in region.
func (s Source) OfferedIn(region string) bool { return !slices.Contains(s.NotIn, region) }

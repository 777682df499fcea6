package plan

import (
	"cmp"
	"fmt"
	"slices"

	"view360/shared/collect"
)

// Settings are a deployment's settings.
type Settings struct {
	// Organization covers the accounts of the caller's organization. Units limits them to those in organizational units or
	// roots, including their children; ExcludedUnits excludes units again. Ids are such as ou-ab12-cdefgh34.
	Organization  bool     `json:"organization,omitempty"`
	Units         []string `json:"units,omitempty"`
	ExcludedUnits []string `json:"excluded_units,omitempty"`
	// Accounts are the accounts to collect; empty means all of the organization, or the caller's own account without one.
	// ExcludedAccounts are never collected.
	Accounts         []string `json:"accounts,omitempty"`
	ExcludedAccounts []string `json:"excluded_accounts,omitempty"`
	// Partition is the AWS partition of role ARNs; default aws.
	Partition string `json:"partition,omitempty"`
	// RoleName is the role to assume in each account, with ExternalID; "" means the caller's own credentials.
	RoleName   string `json:"role_name,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	// Regions are the regions to cover; empty means all that are enabled.
	Regions []string `json:"regions,omitempty"`
	// HomeRegion is the region whose snapshot has the account-wide sections; if it is not covered, the first region.
	HomeRegion string `json:"home_region"`
	// Functions maps a source name to the collector function to invoke.
	Functions map[string]string `json:"functions"`
	// Concurrency is the number of entries that run in parallel, RegionsAtOnce that of regions in each entry, and
	// ServicesAtOnce that of sources in each region. 0 leaves the limit to Step Functions.
	Concurrency    int `json:"concurrency"`
	RegionsAtOnce  int `json:"regions_at_once,omitempty"`
	ServicesAtOnce int `json:"services_at_once,omitempty"`
	// TrailingDays is the number of days, back from yesterday, whose costs a daily run collects, because costs change for
	// days (D19). 0 means [DefaultTrailingDays], 1 only yesterday.
	TrailingDays int `json:"trailing_days,omitempty"`
	// SettleDays is the number of days after which a daily run reads the costs of a week, month or year that has ended once
	// more. Absent means [DefaultSettleDays], 0 never.
	SettleDays *int `json:"settle_days,omitempty"`
	// Tenancy has the labels of accounts; the entry "" is for all. TenancyTags has the names of account tags with labels,
	// such as {"customer": "Customer"}. An account's own entry precedes its tags, and tags precede the entry "".
	Tenancy     map[string]collect.Tenancy `json:"tenancy,omitempty"`
	TenancyTags collect.Tenancy            `json:"tenancy_tags,omitzero"`
	Options     collect.Options            `json:"options,omitzero"`
}

// DefaultTrailingDays is the default number of days whose costs a daily run collects.
const DefaultTrailingDays = 3

// DefaultSettleDays is the default number of days after which a period is read once more.
const DefaultSettleDays = 5

func (s Settings) countTrailingDays() int { return cmp.Or(s.TrailingDays, DefaultTrailingDays) }

func (s Settings) countSettleDays() int {
	if s.SettleDays == nil {
		return DefaultSettleDays
	}
	return *s.SettleDays
}

// chooseHomeRegion returns the region of an account whose snapshot has the account-wide sections.
func (s Settings) chooseHomeRegion(covered []string) string {
	if len(covered) == 0 || slices.Contains(covered, s.HomeRegion) {
		return s.HomeRegion
	}
	return covered[0]
}

// buildRole returns the role to assume in account, or nil for the caller's own credentials.
func (s Settings) buildRole(account string) *collect.Role {
	if s.RoleName == "" {
		return nil
	}
	arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", cmp.Or(s.Partition, "aws"), account, s.RoleName)
	return &collect.Role{ARN: arn, ExternalID: s.ExternalID}
}

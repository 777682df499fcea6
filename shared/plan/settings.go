package plan

import (
	"cmp"
	"fmt"
	"slices"

	"view360/shared/collect"
)

// Settings are what a deployment covers.
type Settings struct {
	// Organization covers the accounts of the caller's organization; Units narrows them to those in organizational units
	// or roots, their children included, ExcludedUnits takes some away again. Ids such as ou-ab12-cdefgh34.
	Organization  bool     `json:"organization,omitempty"`
	Units         []string `json:"units,omitempty"`
	ExcludedUnits []string `json:"excluded_units,omitempty"`
	// Accounts are the accounts to collect; empty means all of the organization, or the caller's own without one.
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
	// HomeRegion carries the account-wide sections; where it is not covered the first region does.
	HomeRegion string `json:"home_region"`
	// Functions maps a word to the collector function to invoke.
	Functions map[string]string `json:"functions"`
	// Concurrency is the number of snapshots that are taken at the same time; in each of them so many regions, and in
	// each region so many services. 0 leaves the limit to Step Functions.
	Concurrency    int `json:"concurrency"`
	RegionsAtOnce  int `json:"regions_at_once,omitempty"`
	ServicesAtOnce int `json:"services_at_once,omitempty"`
	// TrailingDays is how many days a daily run collects the cost of, yesterday being the first: costs settle late (D19).
	// 0 means [DefaultTrailingDays], 1 only yesterday.
	TrailingDays int `json:"trailing_days,omitempty"`
	// Tenancy labels accounts; the entry "" is for all. TenancyTags names the tag of the organization's accounts that
	// gives a label, such as {"customer": "Customer"}. An account's own entry goes before its tags, and those before the
	// entry "".
	Tenancy     map[string]collect.Tenancy `json:"tenancy,omitempty"`
	TenancyTags collect.Tenancy            `json:"tenancy_tags,omitzero"`
	Options     collect.Options            `json:"options,omitzero"`
}

// DefaultTrailingDays is how many days' cost a daily run collects unless told otherwise.
const DefaultTrailingDays = 3

// chooseHomeRegion is the region of an account that carries the account-wide sections.
func (s Settings) chooseHomeRegion(covered []string) string {
	if len(covered) == 0 || slices.Contains(covered, s.HomeRegion) {
		return s.HomeRegion
	}
	return covered[0]
}

func (s Settings) buildRole(account string) *collect.Role {
	if s.RoleName == "" {
		return nil
	}
	arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", cmp.Or(s.Partition, "aws"), account, s.RoleName)
	return &collect.Role{ARN: arn, ExternalID: s.ExternalID}
}

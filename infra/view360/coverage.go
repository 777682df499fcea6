package main

import (
	"encoding/json"
	"fmt"
	"os"

	"view360/shared/collect"
	"view360/shared/plan"
)

// coverage are the options that say what is collected, whatever the request.
type coverage struct {
	Accounts        []string          `help:"Accounts to collect (default: all of the organization with --organization, else that of the credentials)." placeholder:"ID,…"`
	Organization    bool              `help:"Collect the active accounts of the organization."`
	Units           []string          `help:"Only accounts in these organizational units or roots, their children included." placeholder:"OU,…"`
	ExcludeUnits    []string          `help:"No accounts of these units." placeholder:"OU,…"`
	ExcludeAccounts []string          `help:"Not these accounts." placeholder:"ID,…"`
	Regions         []string          `help:"Regions to cover (default: all that are enabled)." placeholder:"REGION,…"`
	HomeRegion      string            `help:"Region that carries the account-wide sections." default:"us-east-1" placeholder:"REGION"`
	RoleName        string            `help:"Role to assume in each account (default: none, the credentials themselves)." placeholder:"NAME"`
	ExternalID      string            `help:"External id for the role." placeholder:"ID"`
	Tenancy         string            `help:"JSON file with the labels of accounts: {\"111122223333\":{\"customer\":\"A\",\"product\":\"X,Y\"},\"\":{\"partner\":\"for all\"}}; labels are customer, partner, category, environment and product." placeholder:"FILE" type:"existingfile"`
	TenancyTags     map[string]string `help:"Tags of the organization's accounts that give labels, such as customer=Customer." placeholder:"LABEL=TAG;…"`
	TrailingDays    int               `help:"Days of which a daily run reads the cost again, because costs settle late; 1 is yesterday only." default:"3" placeholder:"N"`
	PaidCalls       int               `help:"Cost Explorer requests that an account may cost a day, further pages aside." default:"5" placeholder:"N"`
	NoPaidCalls     bool              `help:"Leave out Cost Explorer, whose requests AWS charges for."`
	OmitContacts    bool              `help:"Leave out contact details."`
	OmitTags        bool              `help:"Leave out tags and descriptions of secrets."`
}

func (c coverage) settings() (plan.Settings, error) {
	tenancy, err := readTenancy(c.Tenancy)
	if err != nil {
		return plan.Settings{}, err
	}
	tags := c.TenancyTags
	return plan.Settings{
		Organization: c.Organization, Units: c.Units, ExcludedUnits: c.ExcludeUnits, Accounts: c.Accounts, ExcludedAccounts: c.ExcludeAccounts,
		Regions: c.Regions, HomeRegion: c.HomeRegion, RoleName: c.RoleName, ExternalID: c.ExternalID,
		Functions: deployedCollectors(), Concurrency: snapshotsAtOnce, TrailingDays: c.TrailingDays, Tenancy: tenancy,
		TenancyTags: collect.Tenancy{
			Customer: tags["customer"], Partner: tags["partner"], Category: tags["category"], Environment: tags["environment"], Product: tags["product"],
		},
		Options: collect.Options{NoPaidCalls: c.NoPaidCalls, PaidCalls: c.PaidCalls, OmitContacts: c.OmitContacts, OmitTags: c.OmitTags},
	}, nil
}

func readTenancy(file string) (map[string]collect.Tenancy, error) {
	if file == "" {
		return nil, nil
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the labels of accounts: %w", err)
	}
	var tenancy map[string]collect.Tenancy
	if err := json.Unmarshal(body, &tenancy); err != nil {
		return nil, fmt.Errorf("reading the labels of accounts in %s: %w", file, err)
	}
	return tenancy, nil
}

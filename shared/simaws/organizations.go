package simaws

import (
	"slices"
	"strings"

	"view360/shared/simaws/wire"
)

var organizationsService = service{
	name: "organizations", protocol: wire.JSON{}, global: true,
	codes: wire.ErrorCodes{Throttled: "TooManyRequestsException", Invalid: "InvalidInputException", BadToken: "InvalidInputException"},
	operations: []operation{
		{name: "DescribeOrganization", handle: handleInput(describeOrganization)},
		{name: "DescribeAccount", handle: handleInput(describeAccount)},
		{name: "ListAccounts", handle: handleInput(listAccounts)},
		{name: "ListTagsForResource", handle: handleInput(listAccountTags)},
		{name: "ListRoots", handle: handleInput(listRoots)},
		{name: "ListParents", handle: handleInput(listParents)},
		{name: "ListOrganizationalUnitsForParent", handle: handleInput(listUnits)},
		{name: "ListAccountsForParent", handle: handleInput(listAccountsForParent)},
	},
}

type organizationsInput struct {
	NextToken                     string
	MaxResults                    *number
	ParentId, ChildId, ResourceId string
}

var organizationPages = limits{usual: 20, least: 1, most: 20}

func organizationID(l *location) string {
	return "o-" + l.Organization.newChance("organization").hexDigits(10)
}

func rootID(l *location) string { return "r-" + l.Organization.newChance("root").hexDigits(4) }

func unitID(l *location, name string) string {
	if name == "" {
		return rootID(l)
	}
	return "ou-" + l.Organization.newChance("root").hexDigits(4) + "-" + l.Organization.newChance("unit", name).hexDigits(8)
}

func organizationARN(l *location, resource string) string {
	return "arn:aws:organizations::" + l.managementAccount().ID + ":" + resource
}

// checkManagement refuses members, as AWS Organizations does.
func checkManagement(c *call) error {
	if c.account.ID == c.managementAccount().ID {
		return nil
	}
	return c.newErrorf("AccessDeniedException", "You don't have permissions to access this resource.")
}

func describeOrganization(c *call, _ noInput) (any, error) {
	m := c.managementAccount()
	return object{"Organization": object{
		"Id": organizationID(c.location), "Arn": organizationARN(c.location, "organization/"+organizationID(c.location)), "FeatureSet": "ALL",
		"MasterAccountId": m.ID, "MasterAccountArn": accountARN(c.location, m), "MasterAccountEmail": m.Email,
	}}, nil
}

type describeAccountInput struct{ AccountId string }

func describeAccount(c *call, in describeAccountInput) (any, error) {
	if err := checkManagement(c); err != nil {
		return nil, err
	}
	for i := range c.accounts {
		if c.accounts[i].ID == in.AccountId {
			return object{"Account": toAccountEntry(c.location, &c.accounts[i])}, nil
		}
	}
	return nil, c.newErrorf("AccountNotFoundException", "You specified an account that doesn't exist.")
}

func accountARN(l *location, a *Account) string {
	return organizationARN(l, "account/"+organizationID(l)+"/"+a.ID)
}

func toAccountEntry(l *location, a *Account) object {
	joined := "CREATED"
	if a.ID == l.managementAccount().ID {
		joined = "INVITED"
	}
	return object{
		"Id": a.ID, "Arn": accountARN(l, a), "Name": a.Name, "Email": a.Email, "Status": "ACTIVE", "State": "ACTIVE",
		"JoinedMethod": joined, "JoinedTimestamp": newTime(l.creationTime(a)),
	}
}

func listAccountEntries(l *location, keep func(Account) bool) []object {
	var entries []object
	for i := range l.accounts {
		if keep(l.accounts[i]) {
			entries = append(entries, toAccountEntry(l, &l.accounts[i]))
		}
	}
	return entries
}

func cutOrganizationPage(c *call, in organizationsInput, member string, all []object) (any, error) {
	if err := checkManagement(c); err != nil {
		return nil, err
	}
	items, next, err := cutPage(c, all, in.NextToken, in.MaxResults, organizationPages)
	if err != nil {
		return nil, err
	}
	return object{member: items, "NextToken": next}, nil
}

func listAccounts(c *call, in organizationsInput) (any, error) {
	return cutOrganizationPage(c, in, "Accounts", listAccountEntries(c.location, func(Account) bool { return true }))
}

func listAccountTags(c *call, in organizationsInput) (any, error) {
	a, known := c.byID[in.ResourceId]
	if !known {
		return nil, c.newErrorf("TargetNotFoundException", "You specified a target that doesn't exist.")
	}
	tags := []object{
		{"Key": "environment", "Value": string(a.Character)},
		{"Key": "cost-center", "Value": "CC-" + c.Organization.newChance("cost center", a.ID).hexDigits(4)},
		{"Key": "product", "Value": strings.SplitN(a.Name, "-", 2)[0]},
	}
	return cutOrganizationPage(c, in, "Tags", tags)
}

func listRoots(c *call, in organizationsInput) (any, error) {
	return cutOrganizationPage(c, in, "Roots", []object{{
		"Id": rootID(c.location), "Arn": organizationARN(c.location, "root/"+organizationID(c.location)+"/"+rootID(c.location)), "Name": "Root", "PolicyTypes": []object{},
	}})
}

func listParents(c *call, in organizationsInput) (any, error) {
	a, known := c.byID[in.ChildId]
	if !known {
		return nil, c.newErrorf("ChildNotFoundException", "We can't find an organizational unit or Amazon Web Services account with the ChildId that you specified.")
	}
	kind := "ORGANIZATIONAL_UNIT"
	if a.Unit == "" {
		kind = "ROOT"
	}
	return cutOrganizationPage(c, in, "Parents", []object{{"Id": unitID(c.location, a.Unit), "Type": kind}})
}

func listUnitNames(l *location) []string {
	var units []string
	for _, a := range l.accounts {
		if a.Unit != "" && !slices.Contains(units, a.Unit) {
			units = append(units, a.Unit)
		}
	}
	return units
}

func listUnits(c *call, in organizationsInput) (any, error) {
	var units []object
	if in.ParentId == rootID(c.location) {
		for _, name := range listUnitNames(c.location) {
			units = append(units, object{"Id": unitID(c.location, name), "Arn": organizationARN(c.location, "ou/"+organizationID(c.location)+"/"+unitID(c.location, name)), "Name": name})
		}
	}
	return cutOrganizationPage(c, in, "OrganizationalUnits", units)
}

func listAccountsForParent(c *call, in organizationsInput) (any, error) {
	return cutOrganizationPage(c, in, "Accounts", listAccountEntries(c.location, func(a Account) bool { return unitID(c.location, a.Unit) == in.ParentId }))
}

package simaws

import (
	"slices"
	"strings"
)

var _ = register(service{
	name: "organizations", protocol: awsJSON{}, global: true,
	throttled: "TooManyRequestsException", invalid: "InvalidInputException", badToken: "InvalidInputException",
	operations: []operation{
		op("DescribeOrganization", describeOrganization),
		op("ListAccounts", listAccounts),
		op("ListTagsForResource", listAccountTags),
		op("ListRoots", listRoots),
		op("ListParents", listParents),
		op("ListOrganizationalUnitsForParent", listUnits),
		op("ListAccountsForParent", listAccountsForParent),
	},
})

type organizationsInput struct {
	NextToken                     string
	MaxResults                    *number
	ParentId, ChildId, ResourceId string
}

var organizationPages = limits{usual: 20, least: 1, most: 20}

func (o *Organization) id() string     { return "o-" + o.draw("organization").hex(10) }
func (o *Organization) rootID() string { return "r-" + o.draw("root").hex(4) }

func (o *Organization) unitID(name string) string {
	if name == "" {
		return o.rootID()
	}
	return "ou-" + o.draw("root").hex(4) + "-" + o.draw("unit", name).hex(8)
}

func (o *Organization) organizationARN(resource string) string {
	return "arn:aws:organizations::" + o.management().ID + ":" + resource
}

// managementOnly refuses members, as AWS Organizations does.
func managementOnly(c *call) error {
	if c.account.ID == c.management().ID {
		return nil
	}
	f := c.failf("AccessDeniedException", "You don't have permissions to access this resource.")
	return f
}

func describeOrganization(c *call, _ nothing) (any, error) {
	m := c.management()
	return object{"Organization": object{
		"Id": c.id(), "Arn": c.organizationARN("organization/" + c.id()), "FeatureSet": "ALL",
		"MasterAccountId": m.ID, "MasterAccountArn": c.accountARN(m), "MasterAccountEmail": m.Email,
	}}, nil
}

func (o *Organization) accountARN(a *Account) string {
	return o.organizationARN("account/" + o.id() + "/" + a.ID)
}

func (o *Organization) accountEntry(a *Account) object {
	joined := "CREATED"
	if a.ID == o.management().ID {
		joined = "INVITED"
	}
	return object{
		"Id": a.ID, "Arn": o.accountARN(a), "Name": a.Name, "Email": a.Email, "Status": "ACTIVE", "State": "ACTIVE",
		"JoinedMethod": joined, "JoinedTimestamp": at(o.created(a)),
	}
}

func (o *Organization) entries(keep func(Account) bool) []object {
	var entries []object
	for i := range o.accounts {
		if keep(o.accounts[i]) {
			entries = append(entries, o.accountEntry(&o.accounts[i]))
		}
	}
	return entries
}

func organizationPage(c *call, in organizationsInput, member string, all []object) (any, error) {
	if err := managementOnly(c); err != nil {
		return nil, err
	}
	items, next, err := page(c, all, in.NextToken, in.MaxResults, organizationPages)
	if err != nil {
		return nil, err
	}
	return object{member: items, "NextToken": next}, nil
}

func listAccounts(c *call, in organizationsInput) (any, error) {
	return organizationPage(c, in, "Accounts", c.entries(func(Account) bool { return true }))
}

func listAccountTags(c *call, in organizationsInput) (any, error) {
	a, known := c.byID[in.ResourceId]
	if !known {
		return nil, c.failf("TargetNotFoundException", "You specified a target that doesn't exist.")
	}
	tags := []object{
		{"Key": "environment", "Value": string(a.Character)},
		{"Key": "cost-center", "Value": "CC-" + c.Organization.draw("cost center", a.ID).hex(4)},
		{"Key": "product", "Value": strings.SplitN(a.Name, "-", 2)[0]},
	}
	return organizationPage(c, in, "Tags", tags)
}

func listRoots(c *call, in organizationsInput) (any, error) {
	return organizationPage(c, in, "Roots", []object{{
		"Id": c.rootID(), "Arn": c.organizationARN("root/" + c.id() + "/" + c.rootID()), "Name": "Root", "PolicyTypes": []object{},
	}})
}

func listParents(c *call, in organizationsInput) (any, error) {
	a, known := c.byID[in.ChildId]
	if !known {
		return nil, c.failf("ChildNotFoundException", "We can't find an organizational unit or Amazon Web Services account with the ChildId that you specified.")
	}
	kind := "ORGANIZATIONAL_UNIT"
	if a.Unit == "" {
		kind = "ROOT"
	}
	return organizationPage(c, in, "Parents", []object{{"Id": c.unitID(a.Unit), "Type": kind}})
}

func (o *Organization) units() []string {
	var units []string
	for _, a := range o.accounts {
		if a.Unit != "" && !slices.Contains(units, a.Unit) {
			units = append(units, a.Unit)
		}
	}
	return units
}

func listUnits(c *call, in organizationsInput) (any, error) {
	var units []object
	if in.ParentId == c.rootID() {
		for _, name := range c.units() {
			units = append(units, object{"Id": c.unitID(name), "Arn": c.organizationARN("ou/" + c.id() + "/" + c.unitID(name)), "Name": name})
		}
	}
	return organizationPage(c, in, "OrganizationalUnits", units)
}

func listAccountsForParent(c *call, in organizationsInput) (any, error) {
	return organizationPage(c, in, "Accounts", c.entries(func(a Account) bool { return c.unitID(a.Unit) == in.ParentId }))
}

package simaws

import (
	"slices"
	"strings"

	"view360/shared/simaws/wire"
)

var accountService = service{
	name: "account", protocol: wire.RESTJSON{}, global: true,
	operations: []operation{
		{name: "GetAccountInformation", route: "POST /getAccountInformation", handle: handleInput(getAccountInformation)},
		{name: "GetContactInformation", route: "POST /getContactInformation", handle: handleInput(getContactInformation)},
		{name: "GetAlternateContact", route: "POST /getAlternateContact", handle: handleInput(getAlternateContact)},
		{name: "ListRegions", route: "POST /listRegions", handle: handleInput(listRegions)},
	},
}

type accountInput struct{ AccountId, AlternateContactType string }

func getAccountInformation(c *call, in accountInput) (any, error) {
	if in.AccountId != "" && in.AccountId != c.account.ID {
		return nil, c.newDeniedByIdentity("arn:aws:account::" + in.AccountId + ":account")
	}
	return object{
		"AccountId": c.account.ID, "AccountName": c.account.Name, "AccountState": "ACTIVE",
		"AccountCreatedDate": formatISO(c.creationTime(c.account)),
	}, nil
}

func getContactInformation(c *call, _ accountInput) (any, error) {
	return object{"ContactInformation": object{
		"AddressLine1": "Northwind Shop Ltd", "AddressLine2": "18 Harbour Exchange", "City": "London", "CountryCode": "GB",
		"PostalCode": "E14 9GE", "StateOrRegion": "Greater London", "CompanyName": "Northwind Shop Ltd",
		"PhoneNumber": "+442079460123", "WebsiteUrl": "https://northwind-shop.example", "FullName": "Cloud Platform Team",
	}}, nil
}

func getAlternateContact(c *call, in accountInput) (any, error) {
	contacts := map[string]object{
		"BILLING":    {"Name": "Maren Holt", "Title": "Head of Finance", "EmailAddress": "billing@northwind-shop.example", "PhoneNumber": "+442079460140"},
		"OPERATIONS": {"Name": "On-call Platform", "Title": "Platform On-call", "EmailAddress": "oncall@northwind-shop.example", "PhoneNumber": "+442079460150"},
		"SECURITY":   {"Name": "Jonas Aldous", "Title": "Security Lead", "EmailAddress": "security@northwind-shop.example", "PhoneNumber": "+442079460160"},
	}
	kind := strings.ToUpper(in.AlternateContactType)
	contact, known := contacts[kind]
	if !known {
		return nil, c.newInvalidf("1 validation error detected: Value '%s' at 'alternateContactType' failed to satisfy constraint: Member must satisfy enum value set: [SECURITY, OPERATIONS, BILLING]", kind)
	}
	if c.account.Character == Sandbox && kind != "BILLING" || c.account.Character == Staging && kind == "SECURITY" {
		return nil, c.newNotFoundf("ResourceNotFoundException", "No contact of the inputted alternate contact type found.")
	}
	contact["AlternateContactType"] = kind
	return object{"AlternateContact": contact}, nil
}

// The commercial regions; optIn ones are off until an account enables them.
var (
	usualRegions = []string{
		"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
		"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
	}
	optInRegions = []string{
		"af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2", "eu-south-1",
		"eu-south-2", "il-central-1", "me-central-1", "me-south-1",
	}
)

type listRegionsInput struct {
	MaxResults              *number
	NextToken               string
	RegionOptStatusContains []string
}

// listRegions reports the account's regions as the enabled ones. The others count as disabled, also those that AWS
// enables by default: a simulated account of two regions is collected in two.
func listRegions(c *call, in listRegionsInput) (any, error) {
	var regions []object
	for _, name := range slices.Sorted(slices.Values(append(slices.Clone(usualRegions), optInRegions...))) {
		status := "DISABLED"
		if slices.Contains(c.account.Regions, name) {
			status = "ENABLED_BY_DEFAULT"
			if slices.Contains(optInRegions, name) {
				status = "ENABLED"
			}
		}
		if len(in.RegionOptStatusContains) == 0 || slices.Contains(in.RegionOptStatusContains, status) {
			regions = append(regions, object{"RegionName": name, "RegionOptStatus": status})
		}
	}
	return answerPage(c, "Regions", regions, "NextToken", in.NextToken, in.MaxResults, limits{usual: 20, least: 1, most: 50})
}

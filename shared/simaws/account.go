package simaws

import "slices"

// Account is one account of the organization.
type Account struct {
	ID    string // 12 digits
	Name  string
	Email string
	// Unit is the organizational unit, "" for the root.
	Unit string
	// Regions are the enabled ones, the first being the largest; none means us-east-1. Calls to any other region are
	// refused as AWS refuses them.
	Regions []string
	// Character decides what runs in the account and how much of it.
	Character Character
	// Without lists the signing names of services that are not enabled, such as securityhub, guardduty or support.
	Without []string
	// ClosedRegions are denied by a service control policy when the organization has failures.
	ClosedRegions []string
}

// Character is the kind of an account.
type Character string

// The characters and how they differ.
const (
	Platform   Character = "platform"   // few workloads, organization-wide tooling, commitments
	Production Character = "production" // the most instances and findings, commitments
	Data       Character = "data"       // analytics: storage and queries cost more than instances
	Staging    Character = "staging"    // a smaller production without commitments
	Sandbox    Character = "sandbox"    // little of everything, badly configured
)

// sizeShare returns the account's share of the default volumes.
func (a *Account) sizeShare() float64 {
	switch a.Character {
	case Production:
		return 1
	case Data:
		return 0.6
	case Platform, Staging:
		return 0.4
	default:
		return 0.2
	}
}

func (a *Account) hasService(service string) bool { return !slices.Contains(a.Without, service) }

func (a *Account) hasCommitments() bool { return a.Character == Platform || a.Character == Production }

// DefaultAccounts returns the five accounts of the demonstration, each of another character. The first is the
// management account, where the collection runs.
func DefaultAccounts() []Account {
	return []Account{
		{
			ID: "394057281643", Name: "platform", Email: "aws+platform@northwind-shop.example", Character: Platform,
			Regions: []string{"us-east-1", "eu-west-1"},
		},
		{
			ID: "528416073925", Name: "shop-production", Email: "aws+shop-production@northwind-shop.example", Character: Production,
			Unit: "Workloads", Regions: []string{"us-east-1", "eu-west-1", "eu-central-1"},
		},
		{
			ID: "617390258846", Name: "data-platform", Email: "aws+data-platform@northwind-shop.example", Character: Data,
			Unit: "Workloads", Regions: []string{"us-east-1", "eu-west-1"},
		},
		{
			ID: "740915362087", Name: "shop-staging", Email: "aws+shop-staging@northwind-shop.example", Character: Staging,
			Unit: "Workloads", Regions: []string{"us-east-1", "eu-west-1", "eu-central-1"}, Without: []string{"support", "health"},
			ClosedRegions: []string{"eu-west-1", "eu-central-1"},
		},
		{
			ID: "865201497310", Name: "sandbox-search-team", Email: "aws+sandbox-search@northwind-shop.example", Character: Sandbox,
			Unit: "Sandboxes", Regions: []string{"us-east-1", "eu-west-1"},
			Without: []string{"securityhub", "guardduty", "inspector2", "support", "health", "compute-optimizer"},
		},
	}
}

// ManyAccounts returns n accounts: the default ones, then further teams' production, staging and sandbox accounts.
func ManyAccounts(n int) []Account {
	accounts := DefaultAccounts()
	teams := []string{"checkout", "payments", "search", "warehouse", "identity", "pricing", "mobile", "analytics", "logistics", "support"}
	characters := []Character{Production, Staging, Sandbox, Data}
	for i := len(accounts); i < n; i++ {
		character := characters[i%len(characters)]
		number := i / (len(teams) * len(characters))
		name := teams[i/len(characters)%len(teams)] + "-" + string(character)
		if number > 0 {
			name += "-" + string(rune('a'+number%26))
		}
		accounts = append(accounts, Account{
			ID: newAccountID(i), Name: name, Email: "aws+" + name + "@northwind-shop.example", Unit: "Workloads",
			Regions: []string{"us-east-1", "eu-west-1"}, Character: character,
		})
	}
	return accounts[:n]
}

package collection

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"view360/infra/bundle"
	"view360/infra/config"
	"view360/infra/function"
	"view360/shared/collect"
	"view360/shared/plan"
)

// buildPlanProps returns the properties of the plan function. It gets the deployment's settings as a file beside its
// binary, and the names of the collector functions, which are known only after they are deployed, as a variable.
func (s *Stack) buildPlanProps() function.Props {
	environment := maps.Clone(s.site.environment)
	environment["COLLECT_FUNCTIONS"] = s.formatFunctionNames()
	statements := s.site.staging.Statements(function.Access{Read: staging, Write: staging})
	return function.Props{
		Main: "plan", Files: []bundle.File{s.buildSettingsFile()}, Description: "Lists what a run collects", MemoryMB: 512, Timeout: 15 * time.Minute,
		Environment: environment, Statements: append(statements, s.buildPlanStatements()...), RolePath: s.config.RolePath("collect"),
	}
}

// formatFunctionNames returns JSON with values from CloudFormation.
func (s *Stack) formatFunctionNames() string {
	return *s.ToJsonString(s.functionNames, nil)
}

// buildPlanStatements returns the plan function's permissions to list the organization's accounts and their regions, and
// to read Lambda's quota, which supports no resource.
func (s *Stack) buildPlanStatements() []awsiam.PolicyStatement {
	quota := function.Allow([]string{"lambda:GetAccountSettings"}, "*")
	if s.config.Collection.Mode != config.Pull {
		return []awsiam.PolicyStatement{quota, function.Allow([]string{"account:ListRegions"}, "arn:"+*s.Partition()+":account::"+*s.Account()+":account")}
	}
	statements := []awsiam.PolicyStatement{quota, s.allowMemberRole()}
	if s.config.Organization != nil {
		statements = append(statements, function.Allow([]string{
			"organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent",
			"organizations:ListTagsForResource",
		}, "*"))
	}
	return statements
}

// buildSettingsFile returns the deployment's settings as a file for the plan function.
func (s *Stack) buildSettingsFile() bundle.File {
	text, err := json.MarshalIndent(BuildSettings(s.config), "", "  ")
	if err != nil {
		panic(err) // a plain structure
	}
	return bundle.File{Name: "settings.json", Content: text}
}

// BuildSettings returns the settings of the plan function. The partition follows from the hub's region.
func BuildSettings(f config.Config) plan.Settings {
	c := f.Collection
	settings := plan.Settings{
		Partition: f.Partition(), Regions: c.Regions, HomeRegion: c.HomeRegion, Concurrency: c.Concurrency,
		Tenancy:       map[string]collect.Tenancy{"": collect.Tenancy(f.Tenancy.Default)},
		RegionsAtOnce: c.RegionsAtOnce, ServicesAtOnce: c.ServicesAtOnce, TrailingDays: c.TrailingDays, SettleDays: c.SettleDays,
		Options: collect.Options{NoPaidCalls: c.NoPaidCalls, PaidCalls: c.PaidCalls, OmitContacts: c.OmitContacts, OmitTags: c.OmitTags},
	}
	for account, labels := range f.Tenancy.Accounts {
		settings.Tenancy[account] = collect.Tenancy(labels)
	}
	if c.Mode != config.Pull { // the account itself
		return settings
	}
	settings.RoleName, settings.ExternalID = c.RoleName, c.ExternalID
	settings.Accounts, settings.ExcludedAccounts = c.Accounts, c.ExcludeAccounts
	if o := f.Organization; o != nil {
		settings.Organization, settings.Units, settings.ExcludedUnits = true, o.Units, o.ExcludeUnits
		settings.TenancyTags = collect.Tenancy(f.Tenancy.Tags)
	}
	return settings
}

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"view360/infra/config"
)

func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		if _, err := config.Read(path); err != nil {
			t.Error(err)
		}
	}
}

func TestOmittedFieldsHaveDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Parse([]byte("hub: {account: \"111122223333\", region: eu-west-1}"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "View360" || c.Collection.Mode != config.Single || c.Collection.HomeRegion != "eu-west-1" || c.Database.MinCapacity != 0 ||
		*c.Collection.Schedules.Window != 15 || *c.Storage.ArchiveAfter != 90 || c.Loading.With != config.Functions {
		t.Errorf("got %+v", c)
	}
	if got := c.BucketName(); got != "view360-data-111122223333-eu-west-1" {
		t.Errorf("bucket %s", got)
	}
}

// Each mistake has its line, its field, its value and the allowed values.
func TestMistakeNamesLineFieldAndAllowedValues(t *testing.T) {
	t.Parallel()
	hub := "hub:\n  account: \"111122223333\"\n  region: eu-west-1\n"
	for name, c := range map[string]struct{ text, want string }{
		"an account that YAML takes for a number": {"hub:\n  account: 11112222333\n  region: eu-west-1\n", `line 2: hub.account is "11112222333": an account id has 12 digits, in quotes`},
		"a region":                        {"hub:\n  account: \"111122223333\"\n  region: ireland\n", `line 3: hub.region is "ireland": write a region such as eu-west-1`},
		"an empty file":                   {"", "hub.account is missing: an account id has 12 digits"},
		"an unknown field":                {hub + "regoins: [eu-west-1]\n", `unknown field "regoins"`},
		"a field that is twice there":     {hub + "name: A\nname: B\n", "already defined"},
		"a mode":                          {hub + "collection:\n  mode: poll\n", `line 5: collection.mode is "poll": use single, pull or push`},
		"pull without an external id":     {hub + "collection:\n  mode: pull\n  accounts: [\"444455556666\"]\n", "line 5: collection.external_id is missing"},
		"pull without accounts":           {hub + "collection:\n  mode: pull\n  external_id: 12345678\n", "collection.accounts is missing: without an organization, list the accounts"},
		"an organization without a mode":  {hub + "organization:\n  id: o-a1b2c3d4e5\n", "with an organization, use pull or push"},
		"a unit":                          {hub + "organization:\n  id: o-a1b2c3d4e5\n  units: [ou-1, r-ab12]\ncollection: {mode: pull, external_id: abcdefgh}\n", `line 6: organization.units[0] is "ou-1"`},
		"an account that is twice there":  {hub + "collection:\n  accounts:\n    - \"444455556666\"\n    - \"444455556666\"\n", `line 7: collection.accounts[1] is "444455556666": it is already in the list`},
		"a source":                        {hub + "collection:\n  sources: [gardduty]\n", `collection.sources[0] is "gardduty": use one of account, cost`},
		"a bound of an unknown source":    {hub + "collection:\n  source_concurrency: {gardduty: 5}\n", `"gardduty": use one of account, cost`},
		"a bound of nothing":              {hub + "collection:\n  source_concurrency:\n    kms: 0\n", "use 1 to 1000"},
		"a schedule":                      {hub + "collection:\n  schedules:\n    daily: every day\n", `line 6: collection.schedules.daily is "every day": write cron(0 1 * * ? *)`},
		"a time zone":                     {hub + "collection:\n  schedules:\n    time_zone: CEST+2\n", "write a time zone such as Europe/Berlin"},
		"a label":                         {hub + "tenancy:\n  default:\n    environment: PROD\n", "use PRODUCTION, STAGING, TEST, UAT or DEVELOPMENT"},
		"an account of the tenancy":       {hub + "tenancy:\n  accounts:\n    \"4444\": {customer: A}\n", `"4444": an account id has 12 digits`},
		"a network that is too small":     {hub + "network:\n  cidr: 10.0.0.0/28\n", `line 5: network.cidr is "10.0.0.0/28"`},
		"host bits":                       {hub + "network:\n  cidr: 10.0.0.1/16\n", "write an IPv4 network"},
		"one subnet":                      {hub + "network:\n  existing:\n    vpc: vpc-01234567\n    subnets: [subnet-01234567]\n    zones: [eu-west-1a]\n    s3_endpoint: true\n", "name at least two, in different zones"},
		"two subnets in one zone":         {hub + "network:\n  existing:\n    vpc: vpc-01234567\n    subnets: [subnet-01234567, subnet-01234568]\n    zones: [eu-west-1a, eu-west-1a]\n    s3_endpoint: true\n", "it is already in the list"},
		"a zone of another region":        {hub + "network:\n  existing:\n    vpc: vpc-01234567\n    subnets: [subnet-01234567, subnet-01234568]\n    zones: [eu-west-1a, us-east-1b]\n    s3_endpoint: true\n", "it must be in the hub's region eu-west-1"},
		"a network without a way to S3":   {hub + "network:\n  existing:\n    vpc: vpc-01234567\n    subnets: [subnet-01234567, subnet-01234568]\n    zones: [eu-west-1a, eu-west-1b]\n", "name those of the subnets, or set s3_endpoint: true"},
		"a capacity":                      {hub + "database:\n  min_capacity: 8\n  max_capacity: 4\n", `line 6: database.max_capacity is "4": use 8 to 256`},
		"an engine":                       {hub + "database:\n  version: \"12.1\"\n", "write a version of Aurora PostgreSQL"},
		"an instance without an image":    {hub + "loading:\n  with: instance\n", "loading.image is missing: name the image of the instance"},
		"an instance that is not arm64":   {hub + "loading:\n  with: instance\n  image: ami-01234567\n  type: t3.micro\n", "use an arm64 type such as t4g.micro"},
		"a dashboard that nobody can see": {hub + "quicksight: {}\n", "name at least one group of QuickSight"},
		"an address":                      {hub + "alarms:\n  emails: [oncall]\n", "write an address such as oncall@example.com"},
		"days of logs":                    {hub + "logs:\n  days: 31\n", "use one of 1 3 5 7 14 30 60"},
		"an end before the move":          {hub + "storage:\n  archive_after: 90\n  expire_after: 30\n", "storage.expire_after is \"30\": use 91 to 36500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "view360.yaml")
	if err := os.WriteFile(path, []byte("name: 1st\nhub:\n  account: \"1\"\n  region: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Read(path)
	if err == nil || strings.Count(err.Error(), "line ") < 3 || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	var mistake *config.Mistake
	if !errors.As(err, &mistake) || mistake.Line != 1 || mistake.Field != "name" {
		t.Errorf("the first mistake is %+v", mistake)
	}
}

// Two deployments in one organization have two member roles.
func TestRoleIsNamedAfterTheDeployment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "view360.yaml")
	text, err := os.ReadFile("../examples/organization-pull.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append([]byte("name: Trial\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Read(path)
	if err != nil || c.Collection.RoleName != "TrialMember" {
		t.Errorf("the role is %q, %v", c.Collection.RoleName, err)
	}
}

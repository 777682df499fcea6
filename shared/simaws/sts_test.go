package simaws_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"view360/shared/awsconf"
	"view360/shared/fault"
	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestAssumedRoleHasSessionPolicy(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{Role: simaws.MemberRole, ExternalID: simaws.ExternalID})
	target := awsconf.Target{
		RoleARN: "arn:aws:iam::" + production + ":role/" + simaws.MemberRole, ExternalID: simaws.ExternalID, Session: "run-1",
		Actions: []string{"kms:ListKeys"}, Region: "eu-west-1",
	}

	t.Run("the session is the member's, with the actions of the session policy only", func(t *testing.T) {
		cfg, err := awsconf.ForTarget(server.Config(""), target)
		if err != nil {
			t.Fatal(err)
		}
		identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := "arn:aws:sts::" + production + ":assumed-role/" + simaws.MemberRole + "/view360-run-1"
		if got := aws.ToString(identity.Arn); got != want {
			t.Errorf("got principal %s, want %s", got, want)
		}
		keys := kms.NewFromConfig(cfg)
		list, err := keys.ListKeys(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = keys.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: list.Keys[0].KeyId})
		if got := fault.DeniedAction(err); got != "kms:DescribeKey" {
			t.Errorf("got denied action %q of %v, want kms:DescribeKey", got, err)
		}
	})

	for name, change := range map[string]func(*awsconf.Target){
		"wrong external id": func(target *awsconf.Target) { target.ExternalID = "guess" },
		"wrong role":        func(target *awsconf.Target) { target.RoleARN = "arn:aws:iam::" + production + ":role/Other" },
		"unknown account":   func(target *awsconf.Target) { target.RoleARN = "arn:aws:iam::111111111111:role/" + simaws.MemberRole },
	} {
		t.Run(name, func(t *testing.T) {
			refused := target
			change(&refused)
			cfg, err := awsconf.ForTarget(server.Config(""), refused)
			if err != nil {
				t.Fatal(err)
			}
			_, err = kms.NewFromConfig(cfg).ListKeys(t.Context(), nil)
			wantCode(t, err, "AccessDenied")
		})
	}

	t.Run("unknown keys", func(t *testing.T) {
		_, err := sts.NewFromConfig(server.Config("111111111111")).GetCallerIdentity(t.Context(), nil)
		wantCode(t, err, "InvalidClientTokenId")
	})

	t.Run("region that is not enabled", func(t *testing.T) {
		_, err := kms.NewFromConfig(in(server, production, "af-south-1")).ListKeys(t.Context(), nil)
		wantCode(t, err, "UnrecognizedClientException")
	})
}

func TestAccountHasContactsAndRegions(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := account.NewFromConfig(server.Config(staging))
	info, err := client.GetAccountInformation(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(info.AccountName); got != "shop-staging" || info.AccountCreatedDate.IsZero() {
		t.Errorf("got account %q created %v", got, info.AccountCreatedDate)
	}
	contact, err := client.GetContactInformation(t.Context(), nil)
	if err != nil || aws.ToString(contact.ContactInformation.CountryCode) != "GB" {
		t.Errorf("got contact %v, error %v", contact, err)
	}
	if _, err := client.GetAlternateContact(t.Context(), &account.GetAlternateContactInput{AlternateContactType: "BILLING"}); err != nil {
		t.Error(err)
	}
	_, err = client.GetAlternateContact(t.Context(), &account.GetAlternateContactInput{AlternateContactType: "SECURITY"})
	wantCode(t, err, "ResourceNotFoundException")

	pages := account.NewListRegionsPaginator(client, &account.ListRegionsInput{MaxResults: aws.Int32(10)})
	enabled := 0
	for regions, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range regions.Regions {
			if r.RegionOptStatus == "ENABLED_BY_DEFAULT" {
				enabled++
			}
		}
	}
	if enabled != 3 {
		t.Errorf("got %d enabled regions, want 3", enabled)
	}
}

func TestOrganizationListsAccountsInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{Accounts: simaws.ManyAccounts(45)})
	client := organizations.NewFromConfig(server.Config(""))
	pages := organizations.NewListAccountsPaginator(client, &organizations.ListAccountsInput{})
	seen, requests := map[string]bool{}, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, a := range list.Accounts {
			seen[aws.ToString(a.Id)] = true
		}
	}
	if len(seen) != 45 || requests != 3 {
		t.Errorf("got %d accounts in %d pages, want 45 in 3", len(seen), requests)
	}
	tags, err := client.ListTagsForResource(t.Context(), &organizations.ListTagsForResourceInput{ResourceId: aws.String(production)})
	if err != nil || len(tags.Tags) == 0 {
		t.Errorf("got tags %v, error %v", tags, err)
	}
	described, err := client.DescribeOrganization(t.Context(), nil)
	if err != nil || aws.ToString(described.Organization.MasterAccountId) != platform || !strings.HasPrefix(aws.ToString(described.Organization.Id), "o-") {
		t.Errorf("got organization %v, error %v", described, err)
	}
	roots, err := client.ListRoots(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	units, err := client.ListOrganizationalUnitsForParent(t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: roots.Roots[0].Id})
	if err != nil || len(units.OrganizationalUnits) != 2 {
		t.Fatalf("got units %v, error %v", units, err)
	}
	children, err := client.ListAccountsForParent(t.Context(), &organizations.ListAccountsForParentInput{ParentId: units.OrganizationalUnits[1].Id})
	if err != nil || len(children.Accounts) == 0 {
		t.Errorf("got accounts %v, error %v", children, err)
	}
	_, err = organizations.NewFromConfig(server.Config(production)).ListAccounts(t.Context(), nil)
	wantCode(t, err, "AccessDeniedException")
}

func TestGetCallerIdentityCannotBeDenied(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	for _, kind := range []simaws.Kind{simaws.Denied, simaws.PolicyDenied, simaws.PolicyNamed, simaws.PolicyLacking} {
		server.Fault(simaws.Fault{Kind: kind})
	}
	identity, err := sts.NewFromConfig(server.Config(production)).GetCallerIdentity(t.Context(), nil)
	if err != nil || aws.ToString(identity.Account) != production {
		t.Errorf("got %+v, error %v", identity, err)
	}
}

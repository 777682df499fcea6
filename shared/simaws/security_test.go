package simaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestWebListsHaveRulesAndTags(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := wafv2.NewFromConfig(server.Config(production))
	for _, scope := range []types.Scope{types.ScopeRegional, types.ScopeCloudfront} {
		list, err := client.ListWebACLs(t.Context(), &wafv2.ListWebACLsInput{Scope: scope})
		if err != nil || len(list.WebACLs) < 2 {
			t.Fatalf("%s: got %v, error %v", scope, list, err)
		}
		logged := 0
		for _, a := range list.WebACLs {
			got, err := client.GetWebACL(t.Context(), &wafv2.GetWebACLInput{Name: a.Name, Id: a.Id, Scope: scope})
			if err != nil || len(got.WebACL.Rules) < 3 || got.WebACL.Rules[0].Statement.ManagedRuleGroupStatement == nil {
				t.Fatalf("%s: got %v, error %v", scope, got, err)
			}
			if _, err := client.GetLoggingConfiguration(t.Context(), &wafv2.GetLoggingConfigurationInput{ResourceArn: a.ARN}); err == nil {
				logged++
			} else {
				wantCode(t, err, "WAFNonexistentItemException")
			}
			tags, err := client.ListTagsForResource(t.Context(), &wafv2.ListTagsForResourceInput{ResourceARN: a.ARN})
			if err != nil || len(tags.TagInfoForResource.TagList) != 1 {
				t.Errorf("got tags %v, error %v", tags, err)
			}
			resources, err := client.ListResourcesForWebACL(t.Context(), &wafv2.ListResourcesForWebACLInput{WebACLArn: a.ARN})
			if scope == types.ScopeCloudfront {
				wantCode(t, err, "WAFInvalidParameterException")
				fronts, err := cloudfront.NewFromConfig(server.Config(production)).ListDistributionsByWebACLId(t.Context(), &cloudfront.ListDistributionsByWebACLIdInput{WebACLId: a.ARN})
				if err != nil || len(fronts.DistributionList.Items) != 2 {
					t.Errorf("got distributions %v, error %v", fronts, err)
				}
			} else if err != nil {
				t.Errorf("got %v, error %v", resources, err)
			}
		}
		if logged == 0 {
			t.Errorf("%s: no access list has logging", scope)
		}
	}
	_, err := wafv2.NewFromConfig(in(server, production, "eu-west-1")).ListWebACLs(t.Context(), &wafv2.ListWebACLsInput{Scope: types.ScopeCloudfront})
	wantCode(t, err, "WAFInvalidParameterException")
}

func TestTrailsHaveShadowsInOtherRegions(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := cloudtrail.NewFromConfig(in(server, production, "eu-west-1"))
	trails, err := client.DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{})
	if err != nil || len(trails.TrailList) != 2 {
		t.Fatalf("got trails %v, error %v, want two shadows", trails, err)
	}
	for _, trail := range trails.TrailList {
		status, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: trail.TrailARN})
		if err != nil || !aws.ToBool(status.IsLogging) {
			t.Errorf("got status %v of %s, error %v", status, aws.ToString(trail.Name), err)
		}
	}
	own, err := client.DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(false)})
	if err != nil || len(own.TrailList) != 0 {
		t.Errorf("got trails %v at home in a region of shadows, error %v", own, err)
	}
	pages := cloudtrail.NewLookupEventsPaginator(client, &cloudtrail.LookupEventsInput{StartTime: aws.Time(noon.AddDate(0, 0, -1)), EndTime: aws.Time(noon)})
	events := 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		events += len(list.Events)
	}
	if events < 51 {
		t.Errorf("got %d events of a day, want several pages of 50", events)
	}
	_, err = client.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)})
	wantCode(t, err, "ValidationException")
}

func TestSecretsExceedOnePage(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	pages := secretsmanager.NewListSecretsPaginator(secretsmanager.NewFromConfig(server.Config(production)), &secretsmanager.ListSecretsInput{})
	secrets, unset := 0, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		secrets += len(list.SecretList)
		for _, s := range list.SecretList {
			if s.RotationEnabled == nil {
				unset++
			}
			if s.DeletedDate != nil {
				t.Errorf("%s is to be deleted and listed", aws.ToString(s.Name))
			}
		}
	}
	if secrets <= 100 || unset == 0 {
		t.Errorf("got %d secrets, %d of them without any rotation setting; want more than a page of 100", secrets, unset) // D54
	}
}

func TestCertificatesAreFilteredByKeyType(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := acm.NewFromConfig(server.Config(production))
	usual, err := client.ListCertificates(t.Context(), &acm.ListCertificatesInput{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := client.ListCertificates(t.Context(), &acm.ListCertificatesInput{Includes: &acmtypes.Filters{KeyTypes: acmtypes.KeyAlgorithm("").Values()}})
	if err != nil || len(all.CertificateSummaryList) <= len(usual.CertificateSummaryList) {
		t.Errorf("got %d certificates of all key types and %d without asking, error %v", len(all.CertificateSummaryList), len(usual.CertificateSummaryList), err) // D55
	}
	one, err := client.DescribeCertificate(t.Context(), &acm.DescribeCertificateInput{CertificateArn: all.CertificateSummaryList[0].CertificateArn})
	if err != nil || len(one.Certificate.SubjectAlternativeNames) != 2 {
		t.Errorf("got %v, error %v", one, err)
	}
	_, err = client.DescribeCertificate(t.Context(), &acm.DescribeCertificateInput{CertificateArn: aws.String("arn:aws:acm:us-east-1:" + production + ":certificate/none")})
	var unknown *acmtypes.ResourceNotFoundException
	if !errors.As(err, &unknown) {
		t.Errorf("got %v, want ResourceNotFoundException", err)
	}
}

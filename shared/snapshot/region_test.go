package snapshot_test

import (
	"strings"
	"testing"

	"view360/shared/snapshot"
)

// The most unusual region names of every partition in the AWS SDK.
func TestRegionsOfEveryPartitionAreAccepted(t *testing.T) {
	t.Parallel()
	for _, region := range []string{
		"eu-west-1", "ap-southeast-7", "mx-central-1", "ca-west-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1",
		"us-iso-east-1", "us-isob-west-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "ap-east-12",
	} {
		if _, err := snapshot.ParseRegion(region); err != nil {
			t.Error(err)
		}
		key := "data/111122223333/" + region + "/2026-03-11_DAILY.json"
		if name, err := snapshot.ParseKey(key); err != nil || name.Region != region || name.Key() != key {
			t.Errorf("%s is read as %+v, %v", key, name, err)
		}
		if found, ok := snapshot.FindKey("/tmp/copies/" + strings.TrimPrefix(key, "data/")); !ok || found != key {
			t.Errorf("the file of %s has the key %q", key, found)
		}
	}
	for _, text := range []string{"", "europe", "eu-west", "EU-WEST-1", "eu-west-1a", "eu_west_1", "../eu-west-1", "eu-west-1\n", "global", "aws-global"} {
		if _, err := snapshot.ParseRegion(text); err == nil {
			t.Errorf("%q is taken for a region", text)
		}
	}
}

func TestStagedOutputsAreFound(t *testing.T) {
	t.Parallel()
	name, err := snapshot.ParseKey("data/111122223333/eu-west-1/2026-03-11_DAILY.json")
	if err != nil {
		t.Fatal(err)
	}
	if source, found := name.FindOutput(name.OutputKey("kms")); !found || source != "kms" {
		t.Errorf("the output of kms is of %q", source)
	}
	for _, key := range []string{name.FailureKey("kms"), name.PublishedKey(), name.PartPrefix("kms") + "security.kms.json", "staging/other/kms/outcome.json"} {
		if source, found := name.FindOutput(key); found {
			t.Errorf("%s is taken for the output of %q", key, source)
		}
	}
	if back, err := snapshot.ParseReportName(name.ReportName()); err != nil || back != name {
		t.Errorf("the report of %+v is of %+v, %v", name, back, err)
	}
}

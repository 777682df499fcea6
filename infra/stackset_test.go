package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// largestTemplate is the size, in bytes, of a template that a StackSet reads from a bucket.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const largestTemplate = 1_000_000

// A StackSet's template works in accounts that were never bootstrapped, and equals the stack of one account otherwise.
func TestStackSetTemplateNeedsNoBootstrap(t *testing.T) {
	set, single := synthesized(t, "organization-push", "CollectionStackSet"), synthesized(t, "organization-push", "Collection")
	if size := len(set.text); size > largestTemplate {
		t.Errorf("the template has %d bytes, want %d at most", size, largestTemplate)
	}
	parameters := set.body["Parameters"].(object)
	if len(parameters) != 1 || parameters["CodeBucket"] == nil || set.body["Rules"] != nil {
		t.Errorf("parameters %s and rules %s, want the bucket of the code alone", text(parameters), text(set.body["Rules"]))
	}
	if found := regexp.MustCompile(`cdk-[a-z0-9]+-assets|cdk-bootstrap`).Find(set.text); found != nil {
		t.Errorf("the template needs the bootstrap's %s", found)
	}
	for kind := range map[string]bool{"AWS::Lambda::Function": true, "AWS::IAM::Role": true, "AWS::CloudWatch::Alarm": true} {
		if got, want := len(set.resources(kind)), len(single.resources(kind)); got != want || got == 0 {
			t.Errorf("%d %s, want %d as in the stack of one account", got, kind, want)
		}
	}
	for id, f := range set.resources("AWS::Lambda::Function") {
		if text(find(f, "Code", "S3Bucket")) != `{"Fn::Sub":"${CodeBucket}"}` {
			t.Errorf("%s reads its code from %s", id, text(find(f, "Code", "S3Bucket")))
		}
		key, _ := find(f, "Code", "S3Key").(string)
		if !strings.HasPrefix(key, codePrefix) {
			t.Errorf("%s has the code %s", id, key)
		}
		if _, err := os.Stat(filepath.Join(scratch, "organization-push", "stackset", key)); err != nil {
			t.Errorf("the code of %s is no file that the CDK writes: %v", id, err)
		}
	}
}

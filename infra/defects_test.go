package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestCodeIsShippedWithTheStack(t *testing.T) { // D18
	content := regexp.MustCompile(`^(asset\.)?[0-9a-f]{64}\.zip$`)
	each(t, "AWS::Lambda::Function", func(t *testing.T, id string, f object) {
		key, _ := find(f, "Code", "S3Key").(string)
		if !content.MatchString(key) || !regexp.MustCompile("assets|CodeBucket").MatchString(text(find(f, "Code", "S3Bucket"))) {
			t.Errorf("%s runs %s, want an asset that is named by its content", id, text(f["Code"]))
		}
	})
	each(t, "AWS::IAM::Policy", func(t *testing.T, id string, p object) {
		if document := text(p); strings.Contains(document, "-assets-") {
			t.Errorf("%s reaches the code: %s", id, document)
		}
	})
}

func TestMemberResourcesNameNoPartition(t *testing.T) { // D68
	push := string(synthesized(t, "organization-push", "Collection").text)
	if at := strings.Index(push, "arn:aws:"); at >= 0 || !strings.Contains(push, "AWS::Partition") {
		t.Errorf("a partition is named: %.120s", push[max(0, at):])
	}
}

func TestFunctionsAreSmallAndStartAtDifferentTimes(t *testing.T) { // D69
	each(t, "AWS::Lambda::Function", func(t *testing.T, id string, f object) {
		if memory, _ := f["MemorySize"].(float64); memory > 1024 {
			t.Errorf("%s has %v MB", id, memory)
		}
	})
	for id, s := range synthesized(t, "organization-pull", "Collection").resources("AWS::Scheduler::Schedule") {
		if find(s, "FlexibleTimeWindow", "Mode") != "FLEXIBLE" {
			t.Errorf("%s starts everywhere at once", id)
		}
		if target := text(find(s, "Target", "Arn")); strings.Contains(target, "Function") {
			t.Errorf("%s starts %s, want a state machine, which repeats no paid call that has succeeded", id, target)
		}
	}
}

func TestAccountWritesOnlyUnderItsOwnPrefix(t *testing.T) { // D70
	bucket, _ := push(t)
	for name, c := range map[string]struct {
		account, action string
		want            bool
	}{
		"puts its own": {other, "s3:PutObject", true}, "puts another's": {third, "s3:PutObject", false},
		"reads its own": {other, "s3:GetObject", false}, "reads another's": {third, "s3:GetObject", false},
	} {
		t.Run(name, func(t *testing.T) {
			request := sender(other, c.action, bucketARN+"/data/"+c.account+"/eu-west-1/2026-03-11_DAILY.json", nil)
			if got := bucket.Allows(request); got != c.want {
				t.Errorf("allowed %t, want %t", got, c.want)
			}
		})
	}
}

package main

import (
	"strings"
	"testing"

	"view360/infra/config"
)

// TestOptionalSettingsReachTheTemplates synthesizes the settings that no example has.
func TestOptionalSettingsReachTheTemplates(t *testing.T) {
	stacks := mustSynthesize("single-account", scratch+"/choices", func(f *config.Config) {
		f.Tags = map[string]string{"owner": "platform"}
		f.PermissionsBoundary = "developer-boundary"
		f.Database.Readers, f.Database.MinCapacity = 1, 0.5
		f.Storage.ExpireAfter = 400
		f.Collection.Sources = []string{"kms", "cost"}
		f.Collection.SourceConcurrency = map[string]int{"kms": 7}
		f.Alarms.Emails = []string{"a@example.com", "b@example.com"}
	})
	hub, collection := stacks["Analytics"], stacks["Collection"]
	for name, stack := range stacks {
		for id, role := range stack.resources("AWS::IAM::Role") {
			if boundary := text(role["PermissionsBoundary"]); !strings.Contains(boundary, "policy/developer-boundary") {
				t.Errorf("%s %s has the boundary %s", name, id, boundary)
			}
			if tags := text(role["Tags"]); !strings.Contains(tags, `{"Key":"owner","Value":"platform"}`) {
				t.Errorf("%s %s has the tags %s", name, id, tags)
			}
		}
		for id, f := range stack.resources("AWS::Lambda::Function") {
			if reserved := f["ReservedConcurrentExecutions"]; strings.HasPrefix(id, "CollectKms") {
				if text(reserved) != "7" {
					t.Errorf("%s %s reserves %s, want 7", name, id, text(reserved))
				}
			} else if reserved != nil {
				t.Errorf("%s %s reserves concurrency", name, id)
			}
		}
	}
	if n := len(hub.resources("AWS::RDS::DBInstance")); n != 2 {
		t.Errorf("%d instances, want a writer and a reader", n)
	}
	for _, cluster := range hub.resources("AWS::RDS::DBCluster") {
		if find(cluster, "ServerlessV2ScalingConfiguration", "SecondsUntilAutoPause") != nil {
			t.Error("a cluster that never sleeps has a time to fall asleep")
		}
	}
	if bucket := text(only(t, hub, "AWS::S3::Bucket", "DataBucket")); !strings.Contains(bucket, `"ExpirationInDays":400`) {
		t.Errorf("loaded snapshots are kept for ever: %s", bucket)
	}
	if n := len(hub.resources("AWS::SNS::Subscription")); n != 2 {
		t.Errorf("%d subscriptions, want 2", n)
	}
	// The account source is always collected; beside it plan, merge and settle.
	if n := len(collection.resources("AWS::Lambda::Function")); n != 6 {
		t.Errorf("%d functions, want 6", n)
	}
}

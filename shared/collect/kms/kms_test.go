package kms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/kms"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, kms.Collector, simaws.Options{Volume: 0.2})
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, kms.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.2},
		Pages: func(b *collecttest.Bench) (string, []string) {
			keys, ids := make([]simaws.Key, 2_100), make([]string, 2_100)
			for i := range keys {
				ids[i] = fmt.Sprint("key-", i)
				keys[i] = key(ids[i])
			}
			simaws.Set(b.Organization, simaws.Place{}, keys...)
			return "security.kms", ids
		},
		Empty:     collecttest.Clear[simaws.Key],
		Essential: []string{"ListKeys"},
	})
}

// key is a key that can rotate.
func key(id string) simaws.Key {
	return simaws.Key{KeyID: id, ARN: "arn:" + id, KeyState: "Enabled", KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS", Enabled: true, Rotates: true}
}

func TestUnreadableRotationStatusIsNull(t *testing.T) { // D49
	b := bench(t)
	plain, still, hmac, imported := key("plain"), key("still"), key("hmac"), key("imported")
	still.Rotates = false
	hmac.KeySpec, hmac.KeyUsage, imported.Origin = "HMAC_256", "GENERATE_VERIFY_MAC", "EXTERNAL"
	pending, opaque, closed, managed := key("pending"), key("opaque"), key("closed"), key("managed")
	pending.KeyState, pending.Enabled = "PendingDeletion", false
	opaque.Opaque, closed.Closed, managed.KeyManager = true, true, "AWS"
	simaws.Set(b.Organization, simaws.Place{}, plain, still, hmac, imported, pending, opaque, closed, managed)
	result := b.Run()
	got := map[string]string{}
	for _, k := range collecttest.Elements[snapshot.KMSKey](t, result, "security.kms") {
		switch {
		case k.KeyRotationEnabled == nil:
			got[k.KeyID] = "unknown"
		case *k.KeyRotationEnabled:
			got[k.KeyID] = "on"
		default:
			got[k.KeyID] = "off"
		}
	}
	// A key that cannot rotate is kept, a denied status is not reported as enabled, a denied key does not take the others along.
	if diff := cmp.Diff(map[string]string{
		"plain": "on", "still": "off", "hmac": "off", "imported": "off", "pending": "off", "opaque": "unknown", "managed": "on",
	}, got); diff != "" {
		t.Error(diff)
	}
	if result.Status != outcome.Warned || result.Warnings != 2 {
		t.Errorf("status %q with %d warnings, want two", result.Status, result.Warnings)
	}
	for _, m := range result.Messages {
		if m.Key != "kms" || !strings.HasPrefix(m.Text, "denied kms:") {
			t.Errorf("message %+v", m)
		}
	}
	b.LeastPrivilege()
}

func TestKeyDeletedMeanwhileIsSkipped(t *testing.T) {
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, key("gone"), key("there"))
	b.Override(simaws.Answer{Service: "kms", Operation: "DescribeKey", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "gone") {
			return nil, simaws.Failure(400, "NotFoundException", "Key 'gone' does not exist")
		}
		return nil, simaws.ErrPassOn
	}})
	if got := collecttest.Elements[snapshot.KMSKey](t, b.Passed(), "security.kms"); len(got) != 1 || got[0].KeyID != "there" {
		t.Errorf("got %+v, want the other key and no warning", got)
	}
}

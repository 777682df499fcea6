package kms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/kms"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, kms.Collector, simaws.Options{Volume: 0.2})
}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Passed().Golden(t, "kms")
	b.LeastPrivilege()
}

func TestThrottlingLosesNothing(t *testing.T) {
	calm := bench(t)
	want := calm.Passed()
	b := collecttest.New(t, kms.Collector, simaws.Options{Volume: 0.2})
	b.Fault(simaws.Fault{Service: "kms", Rate: 0.3, Kind: simaws.Throttled})
	got := b.Passed()
	t.Logf("%d of %d calls were throttled", got.Throttles, got.Calls)
	if diff := cmp.Diff(want.Content, got.Content); diff != "" || got.Throttles == 0 {
		t.Errorf("with %d throttles something is lost:\n%s", got.Throttles, diff)
	}
}

func TestDeniedNamesTheAction(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Service: "kms", Operation: "ListKeys", Kind: simaws.Denied})
	result := b.Run()
	if fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied kms:ListKeys" {
		t.Errorf("error %v, want one that names kms:ListKeys", result.Err)
	}
}

// key is a key that can rotate.
func key(id string) simaws.Key {
	return simaws.Key{KeyID: id, ARN: "arn:" + id, KeyState: "Enabled", KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS", Enabled: true, Rotates: true}
}

func TestD49RotationStatus(t *testing.T) {
	b := bench(t)
	plain, hmac, opaque, closed := key("plain"), key("hmac"), key("opaque"), key("closed")
	hmac.KeySpec, hmac.KeyUsage, hmac.Rotates = "HMAC_256", "GENERATE_VERIFY_MAC", false
	opaque.Opaque, closed.Closed = true, true
	simaws.Set(b.Organization, simaws.Place{}, plain, hmac, opaque, closed)
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
	if diff := cmp.Diff(map[string]string{"plain": "on", "hmac": "off", "opaque": "unknown"}, got); diff != "" {
		t.Error(diff)
	}
	if result.Status != collect.Warned || result.Warnings != 2 {
		t.Errorf("status %q with %d warnings, want two", result.Status, result.Warnings)
	}
}

func TestAllPages(t *testing.T) {
	b := bench(t)
	keys := make([]simaws.Key, 2_100)
	for i := range keys {
		keys[i] = key(string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)))
	}
	simaws.Set(b.Organization, simaws.Place{}, keys...)
	if got := b.Passed().Items; got != len(keys) {
		t.Errorf("got %d keys, want %d", got, len(keys))
	}
}

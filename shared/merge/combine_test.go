package merge_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/merge"
)

// The newer snapshot has only costs, with a warning, and skipped the rest. The older one is of the Python sender.
func TestCombineKeepsWhatTheNewerSnapshotDoesNotHave(t *testing.T) {
	t.Parallel()
	const older = `{"account":{"account_id":"111122223333"},"cost":[{"total":1}],"service":[{"name":"EC2"}],"own":7,
		"security":{"kms":[{"key_id":"a"}],"extra":[1]},"inventory":[],
		"logs":{"account_status":"Pass","cost":"Pass","security":"Pass","message":[{"kms":"1 key"},{"cost":"old"}]}}`
	const newer = `{"meta":{"schema_version":1,"services":{"cost":{"status":"passed"},"kms":{"status":"skipped"}},"sections":{"cost":{"service":"cost","items":1,"complete":true}}},
		"account":{},"cost":[{"total":2}],"service":[],"security":{"kms":[]},"inventory":{},
		"logs":{"account_status":"Skipped","cost":"Pass","security":"Skipped","message":[{"kms":"Skipped"},{"cost":"new"},{"history":"left out"}]}}`
	combined, err := merge.Combine([]byte(older), []byte(newer))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(combined, &got); err != nil {
		t.Fatalf("%v in %s", err, combined)
	}
	want := map[string]any{
		"account": map[string]any{"account_id": "111122223333"},
		"cost":    []any{map[string]any{"total": 2.0}},
		"service": []any{map[string]any{"name": "EC2"}},
		"own":     7.0,
		"logs": map[string]any{"account_status": "Pass", "cost": "Pass", "security": "Pass",
			"message": []any{map[string]any{"cost": "new"}, map[string]any{"kms": "1 key"}}},
	}
	for key, section := range want {
		if diff := cmp.Diff(section, got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	security := got["security"].(map[string]any)
	if diff := cmp.Diff([]any{map[string]any{"key_id": "a"}}, security["kms"]); diff != "" || security["extra"] == nil {
		t.Errorf("security is %v", security)
	}
	for _, text := range []string{"", "[]", `{"meta":1}`} {
		if _, err := merge.Combine([]byte(older), []byte(text)); err == nil {
			t.Errorf("%q is combined", text)
		}
	}
}

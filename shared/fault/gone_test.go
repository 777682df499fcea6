package fault_test

import (
	"errors"
	"fmt"
	"testing"

	smithy "github.com/aws/smithy-go"

	"view360/shared/fault"
)

func TestVanishedItemsAreRecognized(t *testing.T) {
	missing, denied := &smithy.GenericAPIError{Code: "NotFoundException"}, &smithy.GenericAPIError{Code: "AccessDeniedException"}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"no error":                   {nil, false},
		"another error":              {errors.New("ResourceNotFoundException"), false},
		"missing":                    {missing, true},
		"missing, in an operation":   {fmt.Errorf("describing key k: %w", &smithy.OperationError{ServiceID: "KMS", Err: missing}), true},
		"denied":                     {denied, false},
		"several that are missing":   {errors.Join(missing, fmt.Errorf("listing: %w", missing)), true},
		"one missing and one denied": {fmt.Errorf("listing: %w", errors.Join(missing, denied)), false},
	} {
		if got := fault.IsGone(c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

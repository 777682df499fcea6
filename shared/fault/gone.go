package fault

import (
	"errors"
	"slices"

	smithy "github.com/aws/smithy-go"
)

// goneCodes say that an item does not exist, in the services that are asked about one item at a time.
var goneCodes = []string{
	"InvalidInstanceId", "InvalidWebACLId", "NoSuchConfigRuleException", "NoSuchConformancePackException", "NotFoundException",
	"ResourceNotFoundException", "WAFNonexistentItemException",
}

// IsGone reports whether err says nothing but that an item does not exist: after it was listed, it was deleted.
func IsGone(err error) bool {
	switch e := err.(type) {
	case nil:
		return false
	case smithy.APIError:
		return slices.Contains(goneCodes, e.ErrorCode())
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(part error) bool { return !IsGone(part) })
	default:
		return IsGone(errors.Unwrap(err))
	}
}

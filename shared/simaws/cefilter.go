package simaws

import (
	"slices"
)

// costFilter is the Expression of Cost Explorer.
type costFilter struct {
	And, Or    []*costFilter
	Not        *costFilter
	Dimensions *struct {
		Key    string
		Values []string
	}
	Tags, CostCategories *struct{}
}

// findDimension returns the value of a dimension in a line.
func (l Cost) findDimension(key string) (value string, known bool) {
	switch key {
	case "SERVICE":
		return l.Service, true
	case "LINKED_ACCOUNT":
		return l.Account, true
	case "REGION":
		return l.Region, true
	case "RECORD_TYPE":
		return l.Record, true
	case "BILLING_ENTITY":
		return l.Entity, true
	case "USAGE_TYPE":
		return "", true
	default:
		return "", false
	}
}

func (f *costFilter) checkFilter(c *call) error {
	if f == nil {
		return nil
	}
	set := 0
	for _, present := range []bool{len(f.And) > 0, len(f.Or) > 0, f.Not != nil, f.Dimensions != nil} {
		if present {
			set++
		}
	}
	if set != 1 {
		return c.newInvalidf("Expression has to have exactly one root operator or dimension.")
	}
	if n := len(f.And) + len(f.Or); n == 1 {
		return c.newInvalidf("Expression And/Or has to have at least two operands.")
	}
	if f.Dimensions != nil {
		if _, known := (Cost{}).findDimension(f.Dimensions.Key); !known {
			return c.newInvalidf("Dimension %s is not supported in this operation.", f.Dimensions.Key)
		}
		return nil
	}
	for _, child := range append(append(slices.Clone(f.And), f.Or...), f.Not) {
		if err := child.checkFilter(c); err != nil {
			return err
		}
	}
	return nil
}

func (f *costFilter) matchesCost(line Cost) bool {
	switch {
	case f == nil:
		return true
	case f.Dimensions != nil:
		value, _ := line.findDimension(f.Dimensions.Key)
		return slices.Contains(f.Dimensions.Values, value)
	case f.Not != nil:
		return !f.Not.matchesCost(line)
	case len(f.Or) > 0:
		return slices.ContainsFunc(f.Or, func(child *costFilter) bool { return child.matchesCost(line) })
	default:
		return !slices.ContainsFunc(f.And, func(child *costFilter) bool { return !child.matchesCost(line) })
	}
}

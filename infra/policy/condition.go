package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// operators compare a value of the call with one of the policy. A Not operator negates another one.
var operators = map[string]struct {
	match func(value, pattern string) bool
	not   bool
}{
	"StringEquals":              {isEqual, false},
	"StringNotEquals":           {isEqual, true},
	"StringEqualsIgnoreCase":    {strings.EqualFold, false},
	"StringNotEqualsIgnoreCase": {strings.EqualFold, true},
	"StringLike":                {isLike, false},
	"StringNotLike":             {isLike, true},
	"ArnEquals":                 {isLike, false},
	"ArnNotEquals":              {isLike, true},
	"ArnLike":                   {isLike, false},
	"ArnNotLike":                {isLike, true},
	"Bool":                      {strings.EqualFold, false},
	"NumericLessThan":           {isLess, false},
	"NumericGreaterThanEquals":  {isLess, true},
	"Null":                      {nil, false},
}

func isEqual(value, pattern string) bool { return value == pattern }
func isLike(value, pattern string) bool  { return matchesPattern(pattern, value) }

// isLess compares numbers. It returns false for text that is not a number.
func isLess(value, limit string) bool {
	v, err1 := strconv.ParseFloat(value, 64)
	l, err2 := strconv.ParseFloat(limit, 64)
	return err1 == nil && err2 == nil && v < l
}

// matchesCondition reports whether all operators hold for all of their condition keys.
func (s Statement) matchesCondition(r Call, version string) bool {
	for name, keys := range s.Condition {
		for key, patterns := range keys {
			if !holdsFor(name, key, patterns, r, version) {
				return false
			}
		}
	}
	return true
}

// holdsFor reports whether an operator holds for one condition key. A missing key holds for Not operators and for those
// with IfExists.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func holdsFor(name, key string, patterns Strings, r Call, version string) bool {
	value, present := r.value(key)
	if name == "Null" {
		return slices.Contains(patterns, strconv.FormatBool(!present))
	}
	base, ifExists := strings.CutSuffix(name, "IfExists")
	operator := operators[base]
	if !present {
		return ifExists || operator.not
	}
	matches := slices.ContainsFunc(patterns, func(pattern string) bool {
		return operator.match(value, expandVariables(pattern, r, version))
	})
	return matches != operator.not
}

var variable = regexp.MustCompile(`\$\{([^}]+)\}`)

// expandVariables returns the pattern with the values of policy variables, which exist since version 2012-10-17. A variable
// without a value matches nothing.
func expandVariables(pattern string, r Call, version string) string {
	if version != "2012-10-17" {
		return pattern
	}
	return variable.ReplaceAllStringFunc(pattern, func(match string) string {
		name := match[2 : len(match)-1]
		if name == "*" || name == "?" || name == "$" {
			return name
		}
		if value, present := r.value(name); present {
			return value
		}
		return "\x00"
	})
}

// matchesPattern reports whether text matches a pattern with * and ? wildcards.
func matchesPattern(pattern, text string) bool {
	expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(text)
}

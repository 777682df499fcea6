package waf

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
)

// The statement types that count on their own.
const (
	managedGroup = "ManagedRuleGroupStatement"
	rateBased    = "RateBasedStatement"
	unknown      = "Unknown"
)

// statementType is the name of the statement's only member.
func statementType(s *types.Statement) string {
	if s == nil {
		return unknown
	}
	for _, member := range []struct {
		set  bool
		name string
	}{
		{s.AndStatement != nil, "AndStatement"},
		{s.AsnMatchStatement != nil, "AsnMatchStatement"},
		{s.ByteMatchStatement != nil, "ByteMatchStatement"},
		{s.GeoMatchStatement != nil, "GeoMatchStatement"},
		{s.IPSetReferenceStatement != nil, "IPSetReferenceStatement"},
		{s.LabelMatchStatement != nil, "LabelMatchStatement"},
		{s.ManagedRuleGroupStatement != nil, managedGroup},
		{s.NotStatement != nil, "NotStatement"},
		{s.OrStatement != nil, "OrStatement"},
		{s.RateBasedStatement != nil, rateBased},
		{s.RegexMatchStatement != nil, "RegexMatchStatement"},
		{s.RegexPatternSetReferenceStatement != nil, "RegexPatternSetReferenceStatement"},
		{s.RuleGroupReferenceStatement != nil, "RuleGroupReferenceStatement"},
		{s.SizeConstraintStatement != nil, "SizeConstraintStatement"},
		{s.SqliMatchStatement != nil, "SqliMatchStatement"},
		{s.XssMatchStatement != nil, "XssMatchStatement"},
	} {
		if member.set {
			return member.name
		}
	}
	return unknown
}

// compliant decides by the rule's own statement alone: protections that AWS maintains and the statements that stand for
// a protection are compliant, what wraps or compares freely is not.
func compliant(s *types.Statement) bool {
	switch statementType(s) {
	case managedGroup:
		vendor := aws.ToString(s.ManagedRuleGroupStatement.VendorName)
		return vendor == "AWS" || vendor == "Amazon"
	case rateBased, "SqliMatchStatement", "XssMatchStatement", "GeoMatchStatement", "IPSetReferenceStatement", "RuleGroupReferenceStatement":
		return true
	default:
		return false
	}
}

// walk visits s and the statements in it; negated says whether an odd number of NotStatements is around.
func walk(s *types.Statement, negated bool, visit func(s *types.Statement, negated bool)) {
	if s == nil {
		return
	}
	visit(s, negated)
	switch {
	case s.AndStatement != nil:
		for i := range s.AndStatement.Statements {
			walk(&s.AndStatement.Statements[i], negated, visit)
		}
	case s.OrStatement != nil:
		for i := range s.OrStatement.Statements {
			walk(&s.OrStatement.Statements[i], negated, visit)
		}
	case s.NotStatement != nil:
		walk(s.NotStatement.Statement, !negated, visit)
	case s.RateBasedStatement != nil:
		walk(s.RateBasedStatement.ScopeDownStatement, negated, visit)
	case s.ManagedRuleGroupStatement != nil:
		walk(s.ManagedRuleGroupStatement.ScopeDownStatement, negated, visit)
	}
}

// looksAt reports whether is holds anywhere in the statement.
func looksAt(s *types.Statement, is func(*types.Statement) bool) bool {
	found := false
	walk(s, false, func(s *types.Statement, _ bool) { found = found || is(s) })
	return found
}

func isGeo(s *types.Statement) bool { return s.GeoMatchStatement != nil }

func isSQLInjection(s *types.Statement) bool {
	return s.SqliMatchStatement != nil || strings.Contains(groupName(s), "SQLi")
}

// isXSS knows the group of AWS whose rules look for cross-site scripting, which its name does not say (D52).
// Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
func isXSS(s *types.Statement) bool {
	return s.XssMatchStatement != nil || strings.Contains(groupName(s), "XSS") || groupName(s) == "AWSManagedRulesCommonRuleSet"
}

func groupName(s *types.Statement) string {
	if s.ManagedRuleGroupStatement == nil {
		return ""
	}
	return aws.ToString(s.ManagedRuleGroupStatement.Name)
}

// blockedCountries are the countries that a blocking rule names, and those that an allowing rule excepts; a rule that
// blocks all but some countries names the allowed ones (D51).
func blockedCountries(rule types.Rule) []string {
	if rule.Action == nil {
		return nil
	}
	var codes []string
	walk(rule.Statement, false, func(s *types.Statement, negated bool) {
		blocks := rule.Action.Block != nil && !negated || rule.Action.Allow != nil && negated
		if s.GeoMatchStatement == nil || !blocks {
			return
		}
		for _, code := range s.GeoMatchStatement.CountryCodes {
			codes = append(codes, string(code))
		}
	})
	return codes
}

func ipSets(s *types.Statement) []string {
	var arns []string
	walk(s, false, func(s *types.Statement, _ bool) {
		if s.IPSetReferenceStatement != nil {
			arns = append(arns, aws.ToString(s.IPSetReferenceStatement.ARN))
		}
	})
	return arns
}

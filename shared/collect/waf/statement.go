package waf

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
)

// Statement types with a counter of their own.
const (
	managedGroup = "ManagedRuleGroupStatement"
	rateBased    = "RateBasedStatement"
	unknown      = "Unknown"
)

// statementType returns the name of the statement's only member.
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

// isCompliant reports whether the rule's own statement is a protection: one that AWS maintains, or a type that stands
// for one. Statements that combine or compare are not.
func isCompliant(s *types.Statement) bool {
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

// walkStatements visits s and its nested statements. negated is true inside an odd number of NotStatements.
func walkStatements(s *types.Statement, negated bool, visit func(s *types.Statement, negated bool)) {
	if s == nil {
		return
	}
	visit(s, negated)
	switch {
	case s.AndStatement != nil:
		for i := range s.AndStatement.Statements {
			walkStatements(&s.AndStatement.Statements[i], negated, visit)
		}
	case s.OrStatement != nil:
		for i := range s.OrStatement.Statements {
			walkStatements(&s.OrStatement.Statements[i], negated, visit)
		}
	case s.NotStatement != nil:
		walkStatements(s.NotStatement.Statement, !negated, visit)
	case s.RateBasedStatement != nil:
		walkStatements(s.RateBasedStatement.ScopeDownStatement, negated, visit)
	case s.ManagedRuleGroupStatement != nil:
		walkStatements(s.ManagedRuleGroupStatement.ScopeDownStatement, negated, visit)
	}
}

// containsStatement reports whether is returns true for s or a nested statement.
func containsStatement(s *types.Statement, is func(*types.Statement) bool) bool {
	found := false
	walkStatements(s, false, func(s *types.Statement, _ bool) { found = found || is(s) })
	return found
}

func isGeo(s *types.Statement) bool { return s.GeoMatchStatement != nil }

func isSQLInjection(s *types.Statement) bool {
	return s.SqliMatchStatement != nil || strings.Contains(findGroupName(s), "SQLi")
}

// isXSS also recognizes the AWS group with rules against cross-site scripting, whose name does not say so (D52).
// Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
func isXSS(s *types.Statement) bool {
	return s.XssMatchStatement != nil || strings.Contains(findGroupName(s), "XSS") || findGroupName(s) == "AWSManagedRulesCommonRuleSet"
}

func findGroupName(s *types.Statement) string {
	if s.ManagedRuleGroupStatement == nil {
		return ""
	}
	return aws.ToString(s.ManagedRuleGroupStatement.Name)
}

// findBlockedCountries returns the countries in blocking rules and the exceptions of allowing rules. A rule that
// blocks all but some countries names the allowed ones, which are left out (D51).
func findBlockedCountries(rule types.Rule) []string {
	if rule.Action == nil {
		return nil
	}
	var codes []string
	walkStatements(rule.Statement, false, func(s *types.Statement, negated bool) {
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

func findIPSets(s *types.Statement) []string {
	var arns []string
	walkStatements(s, false, func(s *types.Statement, _ bool) {
		if s.IPSetReferenceStatement != nil {
			arns = append(arns, aws.ToString(s.IPSetReferenceStatement.ARN))
		}
	})
	return arns
}

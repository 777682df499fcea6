package waf

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

// accessList is one web ACL with everything that was read of it.
type accessList struct {
	scope     types.Scope
	summary   types.WebACLSummary
	acl       *types.WebACL
	logs      []string
	resources []string
	tags      []snapshot.Tag
}

// addTo writes the web ACL and its rules.
func (l *accessList) addTo(part *collect.Part) error {
	if err := part.Add(aclSection, l.toWebACL()); err != nil {
		return err
	}
	for _, rule := range l.listRules() {
		if err := part.Add(ruleSection, l.toRule(rule)); err != nil {
			return err
		}
	}
	return nil
}

// listRules returns the rules in the order in which WAF applies them: the rule groups that Firewall Manager puts first, the
// web ACL's own rules, and the groups that it puts last.
func (l *accessList) listRules() []types.Rule {
	var rules []types.Rule
	for _, group := range l.acl.PreProcessFirewallManagerRuleGroups {
		rules = append(rules, toGroupRule(group))
	}
	rules = append(rules, l.acl.Rules...)
	for _, group := range l.acl.PostProcessFirewallManagerRuleGroups {
		rules = append(rules, toGroupRule(group))
	}
	return rules
}

// toGroupRule returns a rule group of Firewall Manager as the rule that it is.
func toGroupRule(group types.FirewallManagerRuleGroup) types.Rule {
	rule := types.Rule{Name: group.Name, Priority: group.Priority, OverrideAction: group.OverrideAction, VisibilityConfig: group.VisibilityConfig}
	if s := group.FirewallManagerStatement; s != nil {
		rule.Statement = &types.Statement{ManagedRuleGroupStatement: s.ManagedRuleGroupStatement, RuleGroupReferenceStatement: s.RuleGroupReferenceStatement}
	}
	return rule
}

func (l *accessList) toWebACL() snapshot.WebACL {
	rules := l.listRules()
	acl := snapshot.WebACL{
		Name: l.summary.Name, ID: l.summary.Id, ARN: l.summary.ARN, Scope: string(l.scope), Description: aws.ToString(l.summary.Description),
		DefaultAction: toDefault(l.acl.DefaultAction), RulesCount: len(rules), Capacity: l.acl.Capacity,
		AssociatedResources: append([]string{}, l.resources...), AssociatedResourcesCount: len(l.resources),
		LoggingEnabled: len(l.logs) > 0, LogDestinations: append([]string{}, l.logs...),
		BlockedCountries: []string{}, IPSets: []string{}, Tags: append([]snapshot.Tag{}, l.tags...),
	}
	for _, rule := range rules {
		switch statementType(rule.Statement) {
		case managedGroup:
			acl.ManagedRulesCount++
		case rateBased:
			acl.RateLimitRulesCount++
		default:
			acl.CustomRulesCount++
		}
		acl.BlockedCountries = append(acl.BlockedCountries, findBlockedCountries(rule)...)
		acl.IPSets = append(acl.IPSets, findIPSets(rule.Statement)...)
		if rule.VisibilityConfig != nil {
			acl.SampledRequestsEnabled = acl.SampledRequestsEnabled || rule.VisibilityConfig.SampledRequestsEnabled
			acl.CloudWatchMetricsEnabled = acl.CloudWatchMetricsEnabled || rule.VisibilityConfig.CloudWatchMetricsEnabled
		}
	}
	acl.GeoBlockingEnabled = len(acl.BlockedCountries) > 0
	return acl
}

func (l *accessList) toRule(r types.Rule) snapshot.WAFRule {
	kind := statementType(r.Statement)
	rule := snapshot.WAFRule{
		WebACLName: aws.ToString(l.summary.Name), RuleName: aws.ToString(r.Name), Priority: r.Priority, Action: toAction(r), StatementType: kind,
		IsManagedRule: kind == managedGroup, IsCustomRule: kind != managedGroup, RateLimit: kind == rateBased, LoggingEnabled: len(l.logs) > 0,
		GeoBlocking: containsStatement(r.Statement, isGeo), SQLInjection: containsStatement(r.Statement, isSQLInjection), HasXSSProtection: containsStatement(r.Statement, isXSS),
		WAFVersion: "v2", IsCompliant: isCompliant(r.Statement), Scope: string(l.scope),
	}
	if r.VisibilityConfig != nil {
		rule.SampleRequestEnabled = r.VisibilityConfig.SampledRequestsEnabled
		rule.CloudWatchEnabled = r.VisibilityConfig.CloudWatchMetricsEnabled
	}
	return rule
}

package simaws

import (
	"cmp"
	"maps"
	"slices"

	"view360/shared/simaws/wire"
)

var wafv2Service = service{
	name: "wafv2", protocol: wire.JSON{},
	codes: wire.ErrorCodes{Invalid: "WAFInvalidParameterException", BadToken: "WAFInvalidParameterException"},
	operations: []operation{
		{name: "ListWebACLs", handle: handleInput(listWebACLs)},
		{name: "GetWebACL", handle: handleInput(getWebACL)},
		{name: "ListResourcesForWebACL", handle: handleInput(listResourcesForWebACL)},
		{name: "GetLoggingConfiguration", handle: handleInput(getLoggingConfiguration)},
		{name: "ListTagsForResource", handle: handleInput(listWebACLTags)},
	},
}

// WebACL is a WAF access list and what the other operations say of it.
type WebACL struct {
	Name          string
	ID            string `json:"Id"`
	ARN           string
	Description   string
	DefaultAction object
	Rules         []object // with the API's member names
	// FirewallManager's rule groups, which are not among the rules.
	PreProcessFirewallManagerRuleGroups, PostProcessFirewallManagerRuleGroups []object
	Capacity                                                                  int
	VisibilityConfig                                                          object

	Scope     string              `json:"-"` // REGIONAL or CLOUDFRONT
	Resources map[string][]string `json:"-"` // ARNs by resource type
	Logs      []string            `json:"-"` // log destinations; none means no logging
	Tags      map[string]string   `json:"-"`
}

// findWebACLs returns the access lists of a scope. The CloudFront ones are kept in us-east-1.
func findWebACLs(l *location, scope string) []WebACL {
	return slices.DeleteFunc(slices.Clone(findItems(l, generateWebACLs)), func(a WebACL) bool { return a.Scope != scope })
}

func generateWebACLs(l *location) []WebACL {
	var acls []WebACL
	n := 1 + int(4*l.account.sizeShare())
	for i, name := range []string{"storefront", "api-gateway", "partners", "admin", "legacy"}[:min(n, 5)] {
		acls = append(acls, generateWebACL(l, "REGIONAL", name, i))
	}
	if l.region == homeRegion && l.account.Character != Sandbox {
		acls = append(acls, generateWebACL(l, "CLOUDFRONT", "cdn", 6), generateWebACL(l, "CLOUDFRONT", "assets", 7))
	}
	return acls
}

func generateWebACL(l *location, scope, name string, i int) WebACL {
	r := l.newChance("waf", scope, i)
	id, folder := r.newUUID(), "regional"
	if scope == "CLOUDFRONT" {
		folder = "global"
	}
	acl := WebACL{
		Name: name, ID: id, ARN: l.newARN("wafv2", folder+"/webacl/"+name+"/"+id), Scope: scope, Description: "Protects " + name,
		DefaultAction: object{"Allow": object{}}, VisibilityConfig: toVisibility(name, true, true),
		Resources: map[string][]string{}, Tags: map[string]string{"team": pickOne(r, "storefront", "platform", "security")},
	}
	for n, rule := range generateWAFRules(l, r) {
		if n < 3 || !r.oneIn(3) {
			rule["Priority"] = n
			acl.Rules = append(acl.Rules, rule)
			acl.Capacity += 50 + 25*n
		}
	}
	if !r.oneIn(3) {
		acl.Logs = []string{l.newARN("logs", "log-group:aws-waf-logs-"+name)}
	}
	if scope == "REGIONAL" && i < 4 {
		balancer := l.newARN("elasticloadbalancing", "loadbalancer/app/"+name+"/"+r.hexDigits(16))
		acl.Resources["APPLICATION_LOAD_BALANCER"] = []string{balancer}
		if name == "api-gateway" {
			acl.Resources["API_GATEWAY"] = []string{"arn:aws:apigateway:" + l.region + "::/restapis/" + r.hexDigits(10) + "/stages/live"}
		}
	}
	return acl
}

func toVisibility(metric string, samples, metrics bool) object {
	return object{"SampledRequestsEnabled": samples, "CloudWatchMetricsEnabled": metrics, "MetricName": metric}
}

func generateWAFRules(l *location, r chance) []object {
	rule := func(name, action string, statement object) object {
		o := object{"Name": name, "Statement": statement, "VisibilityConfig": toVisibility(name, !r.oneIn(4), !r.oneIn(6))}
		if statement["ManagedRuleGroupStatement"] != nil || statement["RuleGroupReferenceStatement"] != nil {
			o["OverrideAction"] = object{action: object{}}
		} else {
			o["Action"] = object{action: object{}}
		}
		return o
	}
	managed := func(vendor, name string) object {
		return object{"ManagedRuleGroupStatement": object{"VendorName": vendor, "Name": name}}
	}
	field := object{"FieldToMatch": object{"Body": object{}}, "TextTransformations": []object{{"Priority": 0, "Type": "URL_DECODE"}}}
	geo := object{"GeoMatchStatement": object{"CountryCodes": []string{"KP", "IR", "SY"}[:r.intBetween(1, 3)]}}
	addresses := object{"IPSetReferenceStatement": object{"ARN": l.newARN("wafv2", "regional/ipset/partners/"+r.newUUID())}}
	return []object{
		rule("aws-common", "None", managed("AWS", "AWSManagedRulesCommonRuleSet")),
		rule("aws-sqli", "None", managed("AWS", "AWSManagedRulesSQLiRuleSet")),
		rule("rate-limit", "Block", object{"RateBasedStatement": object{"Limit": 2000, "AggregateKeyType": "IP", "EvaluationWindowSec": 300}}),
		rule("bots", "Count", managed("Fortinet", "all_rules")),
		rule("blocked-countries", "Block", geo),
		rule("partner-addresses", "Allow", addresses),
		rule("sql-injection", "Block", object{"SqliMatchStatement": field}),
		rule("cross-site-scripting", "Block", object{"XssMatchStatement": field}),
		rule("not-from-home", "Block", object{"NotStatement": object{"Statement": object{"GeoMatchStatement": object{"CountryCodes": []string{"GB", "DE", "US"}}}}}),
		rule("login-by-country", "Block", object{"AndStatement": object{"Statements": []object{geo, addresses}}}),
		rule("large-bodies", "Block", object{"SizeConstraintStatement": object{"ComparisonOperator": "GT", "Size": 8192,
			"FieldToMatch": object{"Body": object{}}, "TextTransformations": []object{{"Priority": 0, "Type": "NONE"}}}}),
	}
}

type wafInput struct {
	Scope, Name, Id, ResourceArn, ResourceARN, WebACLArn, ResourceType, NextMarker string
	Limit                                                                          *number
}

func checkScope(c *call, scope string) error {
	if scope != "REGIONAL" && scope != "CLOUDFRONT" || scope == "CLOUDFRONT" && c.region != homeRegion {
		return c.newErrorf("WAFInvalidParameterException", "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: %s", scope)
	}
	return nil
}

func listWebACLs(c *call, in wafInput) (any, error) {
	if err := checkScope(c, in.Scope); err != nil {
		return nil, err
	}
	acls, next, err := cutPage(c, findWebACLs(c.location, in.Scope), in.NextMarker, in.Limit, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	summaries := make([]object, len(acls))
	for i, a := range acls {
		summaries[i] = object{"Name": a.Name, "Id": a.ID, "ARN": a.ARN, "Description": a.Description, "LockToken": c.newChance("lock", a.ID).newUUID()}
	}
	return object{"WebACLs": summaries, "NextMarker": next}, nil
}

func findWebACL(c *call, match func(WebACL) bool) (WebACL, error) {
	all := append(findWebACLs(c.location, "REGIONAL"), findWebACLs(c.location, "CLOUDFRONT")...)
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], nil
	}
	return WebACL{}, c.newErrorf("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
}

func findWebACLByARN(c *call, arn string) (WebACL, error) {
	return findWebACL(c, func(a WebACL) bool { return a.ARN == arn })
}

func getWebACL(c *call, in wafInput) (any, error) {
	if err := checkScope(c, in.Scope); err != nil {
		return nil, err
	}
	acl, err := findWebACL(c, func(a WebACL) bool { return a.ID == in.Id && a.Name == in.Name && a.Scope == in.Scope })
	if err != nil {
		return nil, err
	}
	return object{"WebACL": acl, "LockToken": c.newChance("lock", acl.ID).newUUID()}, nil
}

var wafResourceTypes = []string{"APPLICATION_LOAD_BALANCER", "API_GATEWAY", "APPSYNC", "COGNITO_USER_POOL", "APP_RUNNER_SERVICE", "VERIFIED_ACCESS_INSTANCE", "AMPLIFY"}

func listResourcesForWebACL(c *call, in wafInput) (any, error) {
	kind := cmp.Or(in.ResourceType, wafResourceTypes[0])
	if !slices.Contains(wafResourceTypes, kind) {
		return nil, c.newErrorf("WAFInvalidParameterException", "Error reason: The resource type isn't valid., field: RESOURCE_TYPE, parameter: %s", kind)
	}
	acl, err := findWebACLByARN(c, in.WebACLArn)
	if err != nil {
		return nil, err
	}
	if (acl.Scope == "CLOUDFRONT") != (kind == "AMPLIFY") { // Amplify serves its apps with CloudFront
		return nil, c.newErrorf("WAFInvalidParameterException", "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: %s", in.WebACLArn)
	}
	return object{"ResourceArns": append([]string{}, acl.Resources[kind]...)}, nil
}

func getLoggingConfiguration(c *call, in wafInput) (any, error) {
	acl, err := findWebACLByARN(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if len(acl.Logs) == 0 {
		return nil, c.newErrorf("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
	}
	return object{"LoggingConfiguration": object{"ResourceArn": acl.ARN, "LogDestinationConfigs": acl.Logs}}, nil
}

func listWebACLTags(c *call, in wafInput) (any, error) {
	acl, err := findWebACLByARN(c, cmp.Or(in.ResourceARN, in.ResourceArn))
	if err != nil {
		return nil, err
	}
	tags := []object{}
	for _, key := range slices.Sorted(maps.Keys(acl.Tags)) {
		tags = append(tags, object{"Key": key, "Value": acl.Tags[key]})
	}
	items, next, err := cutPage(c, tags, in.NextMarker, in.Limit, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"TagInfoForResource": object{"ResourceARN": acl.ARN, "TagList": items}, "NextMarker": next}, nil
}

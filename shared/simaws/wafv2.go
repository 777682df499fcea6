package simaws

import (
	"slices"
	"strings"
)

var _ = register(service{
	name: "wafv2", protocol: awsJSON{}, invalid: "WAFInvalidParameterException", badToken: "WAFInvalidParameterException",
	operations: []operation{
		op("ListWebACLs", listWebACLs),
		op("GetWebACL", getWebACL),
		op("ListResourcesForWebACL", listResourcesForWebACL),
		op("GetLoggingConfiguration", getLoggingConfiguration),
		op("ListTagsForResource", listWebACLTags),
	},
})

// WebACL is a WAF access list and what the other operations say of it.
type WebACL struct {
	Name             string
	ID               string `json:"Id"`
	ARN              string
	Description      string
	DefaultAction    object
	Rules            []object // with the API's member names
	Capacity         int
	VisibilityConfig object

	Scope     string              `json:"-"` // REGIONAL or CLOUDFRONT
	Resources map[string][]string `json:"-"` // ARNs by resource type
	Logs      []string            `json:"-"` // log destinations; none means no logging
	Tags      map[string]string   `json:"-"`
}

// webACLs are those of a scope. The CloudFront ones are kept in us-east-1.
func (c *call) webACLs(scope string) []WebACL {
	all := things(c, func() []WebACL {
		var acls []WebACL
		n := 1 + int(4*c.account.size())
		for i, name := range []string{"storefront", "api-gateway", "partners", "admin", "legacy"}[:min(n, 5)] {
			acls = append(acls, c.webACL("REGIONAL", name, i))
		}
		if c.region == homeRegion && c.account.Character != Sandbox {
			acls = append(acls, c.webACL("CLOUDFRONT", "cdn", 6), c.webACL("CLOUDFRONT", "assets", 7))
		}
		return acls
	})
	return slices.DeleteFunc(slices.Clone(all), func(a WebACL) bool { return a.Scope != scope })
}

func (c *call) webACL(scope, name string, i int) WebACL {
	r := c.draw("waf", scope, i)
	id, folder := r.uuid(), "regional"
	if scope == "CLOUDFRONT" {
		folder = "global"
	}
	acl := WebACL{
		Name: name, ID: id, ARN: c.arn("wafv2", folder+"/webacl/"+name+"/"+id), Scope: scope, Description: "Protects " + name,
		DefaultAction: object{"Allow": object{}}, VisibilityConfig: visibility(name, true, true),
		Resources: map[string][]string{}, Tags: map[string]string{"team": pick(r, "storefront", "platform", "security")},
	}
	for n, rule := range wafRules(c, r) {
		if n < 3 || !r.oneIn(3) {
			rule["Priority"] = n
			acl.Rules = append(acl.Rules, rule)
			acl.Capacity += 50 + 25*n
		}
	}
	if !r.oneIn(3) {
		acl.Logs = []string{c.arn("logs", "log-group:aws-waf-logs-"+name)}
	}
	if scope == "REGIONAL" && i < 4 {
		balancer := c.arn("elasticloadbalancing", "loadbalancer/app/"+name+"/"+r.hex(16))
		acl.Resources["APPLICATION_LOAD_BALANCER"] = []string{balancer}
		if name == "api-gateway" {
			acl.Resources["API_GATEWAY"] = []string{"arn:aws:apigateway:" + c.region + "::/restapis/" + r.hex(10) + "/stages/live"}
		}
	}
	return acl
}

func visibility(metric string, samples, metrics bool) object {
	return object{"SampledRequestsEnabled": samples, "CloudWatchMetricsEnabled": metrics, "MetricName": metric}
}

func wafRules(c *call, r chance) []object {
	rule := func(name, action string, statement object) object {
		o := object{"Name": name, "Statement": statement, "VisibilityConfig": visibility(name, !r.oneIn(4), !r.oneIn(6))}
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
	geo := object{"GeoMatchStatement": object{"CountryCodes": []string{"KP", "IR", "SY"}[:r.between(1, 3)]}}
	addresses := object{"IPSetReferenceStatement": object{"ARN": c.arn("wafv2", "regional/ipset/partners/"+r.uuid())}}
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

func (c *call) scope(scope string) error {
	if scope != "REGIONAL" && scope != "CLOUDFRONT" || scope == "CLOUDFRONT" && c.region != homeRegion {
		return c.failf("WAFInvalidParameterException", "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: %s", scope)
	}
	return nil
}

func listWebACLs(c *call, in wafInput) (any, error) {
	if err := c.scope(in.Scope); err != nil {
		return nil, err
	}
	acls, next, err := page(c, c.webACLs(in.Scope), in.NextMarker, in.Limit, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	summaries := make([]object, len(acls))
	for i, a := range acls {
		summaries[i] = object{"Name": a.Name, "Id": a.ID, "ARN": a.ARN, "Description": a.Description, "LockToken": c.draw("lock", a.ID).uuid()}
	}
	return object{"WebACLs": summaries, "NextMarker": next}, nil
}

func (c *call) findACL(match func(WebACL) bool) (WebACL, error) {
	all := append(c.webACLs("REGIONAL"), c.webACLs("CLOUDFRONT")...)
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], nil
	}
	return WebACL{}, c.failf("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
}

func (c *call) aclByARN(arn string) (WebACL, error) {
	return c.findACL(func(a WebACL) bool { return a.ARN == arn })
}

func getWebACL(c *call, in wafInput) (any, error) {
	if err := c.scope(in.Scope); err != nil {
		return nil, err
	}
	acl, err := c.findACL(func(a WebACL) bool { return a.ID == in.Id && a.Name == in.Name && a.Scope == in.Scope })
	if err != nil {
		return nil, err
	}
	return object{"WebACL": acl, "LockToken": c.draw("lock", acl.ID).uuid()}, nil
}

var wafResourceTypes = []string{"APPLICATION_LOAD_BALANCER", "API_GATEWAY", "APPSYNC", "COGNITO_USER_POOL", "APP_RUNNER_SERVICE", "VERIFIED_ACCESS_INSTANCE", "AMPLIFY"}

func listResourcesForWebACL(c *call, in wafInput) (any, error) {
	kind := first(in.ResourceType, wafResourceTypes[0])
	if !slices.Contains(wafResourceTypes, kind) {
		return nil, c.failf("WAFInvalidParameterException", "Error reason: The resource type isn't valid., field: RESOURCE_TYPE, parameter: %s", kind)
	}
	acl, err := c.aclByARN(in.WebACLArn)
	if err != nil {
		return nil, err
	}
	if acl.Scope == "CLOUDFRONT" {
		return nil, c.failf("WAFInvalidParameterException", "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: %s", in.WebACLArn)
	}
	return object{"ResourceArns": append([]string{}, acl.Resources[kind]...)}, nil
}

func getLoggingConfiguration(c *call, in wafInput) (any, error) {
	acl, err := c.aclByARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if len(acl.Logs) == 0 {
		return nil, c.failf("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
	}
	return object{"LoggingConfiguration": object{"ResourceArn": acl.ARN, "LogDestinationConfigs": acl.Logs}}, nil
}

func listWebACLTags(c *call, in wafInput) (any, error) {
	acl, err := c.aclByARN(first(in.ResourceARN, in.ResourceArn))
	if err != nil {
		return nil, err
	}
	tags := []object{}
	for _, key := range sortedKeys(acl.Tags) {
		tags = append(tags, object{"Key": key, "Value": acl.Tags[key]})
	}
	items, next, err := page(c, tags, in.NextMarker, in.Limit, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"TagInfoForResource": object{"ResourceARN": acl.ARN, "TagList": items}, "NextMarker": next}, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}

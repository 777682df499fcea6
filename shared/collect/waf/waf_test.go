package waf_test

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/waf"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const (
	aclSection  = "security.waf"
	ruleSection = "security.waf_rules"
)

// object is JSON with the API's own member names.
type object = map[string]any

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, waf.Collector, simaws.Options{})
}

func acls(t *testing.T, r collecttest.Result) []snapshot.WebACL {
	t.Helper()
	return collecttest.Elements[snapshot.WebACL](t, r, aclSection)
}

func rules(t *testing.T, r collecttest.Result) []snapshot.WAFRule {
	t.Helper()
	return collecttest.Elements[snapshot.WAFRule](t, r, ruleSection)
}

func names(acls []snapshot.WebACL) []string {
	names := []string{}
	for _, acl := range acls {
		names = append(names, *acl.Name)
	}
	return names
}

// listID is the id of a web ACL with a name.
func listID(name string) string {
	return fmt.Sprintf("00000000-0000-0000-0000-%012x", crc32.ChecksumIEEE([]byte(name)))
}

// acl is a web ACL of the region with the given rules.
func acl(name string, rules ...object) simaws.WebACL {
	list := simaws.WebACL{
		Name: name, ID: listID(name), ARN: "arn:aws:wafv2:us-east-1:528416073925:regional/webacl/" + name + "/id", Scope: "REGIONAL",
		DefaultAction: object{"Allow": object{}},
	}
	for i, rule := range rules {
		rule["Name"], rule["Priority"] = fmt.Sprint("rule-", i), i
		rule["VisibilityConfig"] = object{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": i > 0, "MetricName": "m"}
		list.Rules = append(list.Rules, rule)
	}
	return list
}

// rule is one with an action, or for a group with an override.
func rule(action string, statement object) object {
	if statement["ManagedRuleGroupStatement"] != nil || statement["RuleGroupReferenceStatement"] != nil {
		return object{"Statement": statement, "OverrideAction": object{action: object{}}}
	}
	return object{"Statement": statement, "Action": object{action: object{}}}
}

func managed(vendor, name string) object {
	return object{"ManagedRuleGroupStatement": object{"VendorName": vendor, "Name": name}}
}

func geo(countries ...string) object {
	return object{"GeoMatchStatement": object{"CountryCodes": countries}}
}

func not(statement object) object { return object{"NotStatement": object{"Statement": statement}} }

func and(statements ...object) object {
	return object{"AndStatement": object{"Statements": statements}}
}

func ipSet(arn string) object { return object{"IPSetReferenceStatement": object{"ARN": arn}} }

var (
	inBody = object{"FieldToMatch": object{"Body": object{}}, "TextTransformations": []object{{"Priority": 0, "Type": "NONE"}}}
	sqli   = object{"SqliMatchStatement": inBody}
	xss    = object{"XssMatchStatement": inBody}
)

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, waf.Collector, collecttest.Cases{
		Pages: func(b *collecttest.Bench) (string, []string) {
			acls, names := make([]simaws.WebACL, 230), make([]string, 230)
			for i := range acls {
				names[i] = fmt.Sprint("acl-", i)
				acls[i] = acl(names[i])
			}
			simaws.Set(b.Organization, simaws.Place{}, acls...)
			return aclSection, names
		},
		Empty:     collecttest.Clear[simaws.WebACL],
		Essential: []string{"ListWebACLs"},
	})
}

func TestOtherPartitionsAreNotAskedForCloudFront(t *testing.T) {
	for _, region := range []string{"us-gov-west-1", "cn-north-1"} {
		b := collecttest.New(t, waf.Collector, simaws.Options{Accounts: []simaws.Account{{ID: collecttest.Production, Name: "shop", Regions: []string{region}}}})
		b.Request.Region, b.Request.Home = region, true
		for _, acl := range acls(t, b.Passed()) {
			if acl.Scope != "REGIONAL" {
				t.Errorf("%s has %s of scope %s", region, *acl.Name, acl.Scope)
			}
		}
	}
}

func TestGlobalListsInTheHomeRegionOnly(t *testing.T) {
	b := bench(t)
	b.Request.Region, b.Request.Home = "eu-west-1", true
	scopes := map[string]int{}
	for _, acl := range acls(t, b.Passed()) {
		scopes[acl.Scope]++
	}
	if scopes["CLOUDFRONT"] != 2 || scopes["REGIONAL"] == 0 {
		t.Errorf("at home in eu-west-1 got %v, want those of CloudFront too", scopes)
	}
	b.Request.Home = false
	for _, acl := range acls(t, b.Passed()) {
		if acl.Scope != "REGIONAL" {
			t.Errorf("elsewhere got %s of scope %s", *acl.Name, acl.Scope)
		}
	}
}

func TestRulesFollowTheComplianceTable(t *testing.T) {
	b := bench(t)
	none := object{"Action": object{"Block": object{}}}
	bytes := object{"ByteMatchStatement": object{"SearchString": "YQ==", "PositionalConstraint": "CONTAINS", "FieldToMatch": inBody["FieldToMatch"], "TextTransformations": inBody["TextTransformations"]}}
	cases := []struct {
		rule      object
		kind      string
		compliant bool
	}{
		{rule("None", managed("AWS", "a")), "ManagedRuleGroupStatement", true},
		{rule("None", managed("Amazon", "a")), "ManagedRuleGroupStatement", true},
		{rule("None", managed("Fortinet", "a")), "ManagedRuleGroupStatement", false},
		{rule("None", object{"ManagedRuleGroupStatement": object{"Name": "a"}}), "ManagedRuleGroupStatement", false},
		{rule("Block", object{"RateBasedStatement": object{"Limit": 100, "AggregateKeyType": "IP"}}), "RateBasedStatement", true},
		{rule("Block", sqli), "SqliMatchStatement", true},
		{rule("Block", xss), "XssMatchStatement", true},
		{rule("Count", geo("KP")), "GeoMatchStatement", true},
		{rule("Allow", ipSet("arn")), "IPSetReferenceStatement", true},
		{rule("None", object{"RuleGroupReferenceStatement": object{"ARN": "arn"}}), "RuleGroupReferenceStatement", true},
		{rule("Block", and(sqli, xss)), "AndStatement", false},
		{rule("Block", object{"OrStatement": object{"Statements": []object{sqli, xss}}}), "OrStatement", false},
		{rule("Block", not(sqli)), "NotStatement", false},
		{rule("Block", bytes), "ByteMatchStatement", false},
		{rule("Block", object{"SizeConstraintStatement": object{"ComparisonOperator": "GT", "Size": 1, "FieldToMatch": inBody["FieldToMatch"]}}), "SizeConstraintStatement", false},
		{rule("Block", object{"RegexMatchStatement": object{"RegexString": "a", "FieldToMatch": inBody["FieldToMatch"]}}), "RegexMatchStatement", false},
		{rule("Block", object{"RegexPatternSetReferenceStatement": object{"ARN": "arn", "FieldToMatch": inBody["FieldToMatch"]}}), "RegexPatternSetReferenceStatement", false},
		{rule("Block", object{"LabelMatchStatement": object{"Scope": "LABEL", "Key": "k"}}), "LabelMatchStatement", false},
		{rule("Block", object{"AsnMatchStatement": object{"AsnList": []int{1}}}), "AsnMatchStatement", false},
		{none, "Unknown", false},
	}
	var all []object
	for _, c := range cases {
		all = append(all, c.rule)
	}
	simaws.Set(b.Organization, simaws.Place{}, acl("all", all...))
	got := rules(t, b.Passed())
	if len(got) != len(cases) {
		t.Fatalf("got %d rules, want %d", len(got), len(cases))
	}
	for i, c := range cases {
		if got[i].StatementType != c.kind || got[i].IsCompliant != c.compliant {
			t.Errorf("rule %d: got %s, compliant %v; want %s, %v", i, got[i].StatementType, got[i].IsCompliant, c.kind, c.compliant)
		}
	}
}

func TestNestedStatementsAreFound(t *testing.T) { // D52
	scoped := func(s object) object {
		return object{"RateBasedStatement": object{"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": s}}
	}
	group := managed("AWS", "AWSManagedRulesCommonRuleSet")
	group["ManagedRuleGroupStatement"].(object)["ScopeDownStatement"] = geo("KP")
	type flags struct{ Geo, SQL, XSS bool }
	cases := []struct {
		rule object
		want flags
	}{
		{rule("Block", geo("KP")), flags{Geo: true}},
		{rule("Block", scoped(and(geo("KP"), not(sqli)))), flags{Geo: true, SQL: true}},
		{rule("Block", object{"OrStatement": object{"Statements": []object{xss, sqli}}}), flags{SQL: true, XSS: true}},
		{rule("None", managed("AWS", "AWSManagedRulesSQLiRuleSet")), flags{SQL: true}},
		{rule("None", managed("Fortinet", "SQLi_XSS")), flags{SQL: true, XSS: true}},
		{rule("None", group), flags{Geo: true, XSS: true}},
		{rule("Block", ipSet("arn:GeoMatchStatement:SqliMatchStatement")), flags{}}, // a name is no statement
	}
	b := bench(t)
	var all []object
	for _, c := range cases {
		all = append(all, c.rule)
	}
	simaws.Set(b.Organization, simaws.Place{}, acl("nested", all...))
	for i, r := range rules(t, b.Passed()) {
		if got := (flags{r.GeoBlocking, r.SQLInjection, r.HasXSSProtection}); got != cases[i].want {
			t.Errorf("rule %d: got %+v, want %+v", i, got, cases[i].want)
		}
	}
}

func TestRulesHaveTheirActions(t *testing.T) {
	b := bench(t)
	custom := object{"Statement": sqli, "Action": object{"Block": object{"CustomResponse": object{"ResponseCode": 451, "ResponseHeaders": []object{{"Name": "x", "Value": "y"}}}}}}
	list := acl("actions", rule("Allow", sqli), rule("Count", sqli), rule("Captcha", sqli), rule("Challenge", sqli), custom,
		rule("Count", managed("AWS", "a")), rule("None", managed("AWS", "a")), object{"Statement": sqli})
	list.DefaultAction = object{"Block": object{}}
	simaws.Set(b.Organization, simaws.Place{}, list)
	result := b.Passed()
	for i, want := range []string{`{"Allow":{}}`, `{"Count":{}}`, `{"Captcha":{}}`, `{"Challenge":{}}`,
		`{"Block":{"CustomResponse":{"ResponseCode":451,"ResponseHeaders":[{"Name":"x","Value":"y"}]}}}`, `{"Count":{}}`, `{"None":{}}`, `{"None":{}}`} {
		if !strings.Contains(string(result.Content[ruleSection]), fmt.Sprintf(`"priority":%d,"action":%s,`, i, want)) {
			t.Errorf("rule %d lacks the action %s", i, want)
		}
	}
	if !strings.Contains(string(result.Content[aclSection]), `"default_action":{"Block":{}},`) {
		t.Errorf("the default action is missing: %s", result.Content[aclSection])
	}
}

// Firewall Manager's rule groups are not among a web ACL's rules, and protect alike.
func TestGroupsOfFirewallManagerAreRules(t *testing.T) {
	b := bench(t)
	list := acl("managed", rule("Block", sqli))
	group := func(name string, statement object) object {
		return object{"Name": name, "Priority": 7, "FirewallManagerStatement": statement, "OverrideAction": object{"Count": object{}},
			"VisibilityConfig": object{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name}}
	}
	list.PreProcessFirewallManagerRuleGroups = append(list.PreProcessFirewallManagerRuleGroups, group("first", managed("AWS", "AWSManagedRulesCommonRuleSet")))
	list.PostProcessFirewallManagerRuleGroups = append(list.PostProcessFirewallManagerRuleGroups,
		group("last", object{"RuleGroupReferenceStatement": object{"ARN": "arn:aws:wafv2:us-east-1:1:regional/rulegroup/g/1"}}))
	simaws.Set(b.Organization, simaws.Place{}, list)
	result := b.Passed()
	got := acls(t, result)[0]
	if got.RulesCount != 3 || got.ManagedRulesCount != 1 || got.CustomRulesCount != 2 || !got.SampledRequestsEnabled {
		t.Errorf("got %+v", got)
	}
	var found []string
	for _, r := range collecttest.Elements[snapshot.WAFRule](t, result, ruleSection) {
		found = append(found, fmt.Sprintf("%s %d %s %t", r.RuleName, r.Priority, r.StatementType, r.HasXSSProtection))
	}
	if len(found) != 3 || found[0] != "first 7 ManagedRuleGroupStatement true" || found[2] != "last 7 RuleGroupReferenceStatement false" {
		t.Errorf("got %v", found)
	}
}

// Amplify serves its apps with CloudFront.
func TestAppsOfAmplifyAreProtectedByGlobalLists(t *testing.T) {
	b := bench(t)
	global := acl("global")
	global.Scope, global.Resources = "CLOUDFRONT", map[string][]string{"AMPLIFY": {"arn:aws:amplify:us-east-1:1:apps/a"}}
	simaws.Set(b.Organization, simaws.Place{}, global)
	if got := acls(t, b.Passed()); len(got) != 1 || !slices.Contains(got[0].AssociatedResources, "arn:aws:amplify:us-east-1:1:apps/a") {
		t.Errorf("got %+v", got)
	}
}

func TestAssociationsAreKeptWithoutLogging(t *testing.T) { // D50
	b := bench(t)
	silent := acl("silent")
	silent.Resources = map[string][]string{}
	var want []string
	for _, kind := range []string{"APPLICATION_LOAD_BALANCER", "API_GATEWAY", "APPSYNC", "COGNITO_USER_POOL", "APP_RUNNER_SERVICE", "VERIFIED_ACCESS_INSTANCE"} {
		silent.Resources[kind] = []string{"arn:" + kind}
		want = append(want, "arn:"+kind)
	}
	simaws.Set(b.Organization, simaws.Place{}, silent)
	got := acls(t, b.Passed())[0]
	slices.Sort(want)
	slices.Sort(got.AssociatedResources)
	if diff := cmp.Diff(want, got.AssociatedResources); diff != "" || got.AssociatedResourcesCount != len(want) {
		t.Errorf("got %d resources (-want +got):\n%s", got.AssociatedResourcesCount, diff)
	}
	if got.LoggingEnabled {
		t.Error("logging is on without a configuration")
	}
}

func TestCloudFrontListHasLoggingAndDistributions(t *testing.T) { // D50
	b := bench(t)
	list := acl("cdn")
	list.Scope, list.Logs = "CLOUDFRONT", []string{"arn:log"}
	simaws.Set(b.Organization, simaws.Place{}, list)
	got := acls(t, b.Passed())[0]
	if !got.LoggingEnabled || got.AssociatedResourcesCount != 2 || !strings.Contains(got.AssociatedResources[0], ":distribution/") {
		t.Errorf("got %+v", got)
	}
}

func TestUnreadableAssociationsAreReported(t *testing.T) { // D50
	b := bench(t)
	b.Fault(simaws.Fault{Operation: "ListResourcesForWebACL", Kind: simaws.Denied})
	result := b.Run()
	if result.Status != outcome.Warned || result.Reason != "denied wafv2:ListResourcesForWebACL" {
		t.Errorf("got status %q (%s)", result.Status, result.Reason)
	}
	logging := 0
	for _, acl := range acls(t, result) {
		if acl.LoggingEnabled {
			logging++
		}
	}
	if logging == 0 {
		t.Error("the logging is lost with the associations")
	}
}

func TestOnlyBlockedCountriesAreReported(t *testing.T) { // D51
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{},
		acl("blocks", rule("Block", geo("KP")), rule("Block", and(geo("IR"), ipSet("arn:set"))), rule("Allow", not(geo("SY")))),
		acl("allows", rule("Allow", geo("DE")), rule("Block", not(geo("GB"))), rule("Count", geo("FR"))))
	got := acls(t, b.Passed())
	if diff := cmp.Diff([]string{"KP", "IR", "SY"}, got[0].BlockedCountries); diff != "" || !got[0].GeoBlockingEnabled {
		t.Errorf("blocked (-want +got):\n%s", diff)
	}
	if len(got[1].BlockedCountries) != 0 || got[1].GeoBlockingEnabled {
		t.Errorf("lists of allowed countries count as blocked: %v", got[1].BlockedCountries)
	}
	if diff := cmp.Diff([]string{"arn:set"}, got[0].IPSets); diff != "" {
		t.Errorf("nested IP sets (-want +got):\n%s", diff)
	}
}

func TestUnreadableListLeavesTheOthers(t *testing.T) { // D51
	b := bench(t)
	simaws.Set(b.Organization, simaws.Place{}, acl("first", rule("Block", sqli)), acl("closed", rule("Block", xss)), acl("gone"), acl("last", rule("Block", sqli)))
	b.Override(simaws.Answer{Service: "wafv2", Operation: "GetWebACL", Give: func(r simaws.Request) (any, error) {
		switch {
		case strings.Contains(string(r.Input), listID("closed")):
			return nil, simaws.Failure(400, "WAFInvalidOperationException", "not now")
		case strings.Contains(string(r.Input), listID("gone")):
			return nil, simaws.Failure(400, "WAFNonexistentItemException", "gone")
		}
		return nil, simaws.ErrPassOn
	}})
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "WAFInvalidOperationException") {
		t.Errorf("got status %q with %d warnings (%s)", result.Status, result.Warnings, result.Reason)
	}
	if diff := cmp.Diff([]string{"first", "last"}, names(acls(t, result))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := rules(t, result); len(got) != 2 {
		t.Errorf("got %d rules, want 2", len(got))
	}
}

func TestListsHaveTheirTags(t *testing.T) { // D51
	b := bench(t)
	list := acl("tagged")
	list.Tags = map[string]string{}
	for i := range 150 {
		list.Tags[fmt.Sprintf("key-%03d", i)] = "value"
	}
	simaws.Set(b.Organization, simaws.Place{}, list)
	if got := acls(t, b.Passed())[0].Tags; len(got) != 150 || got[149] != (snapshot.Tag{Key: "key-149", Value: "value"}) {
		t.Errorf("got %d tags, want 150", len(got))
	}
	b.Request.Options.OmitTags = true
	if got := acls(t, b.Passed())[0].Tags; len(got) != 0 {
		t.Errorf("got %d tags although they are left out", len(got))
	}
}

func TestDeniedCloudFrontLeavesTheRegionalLists(t *testing.T) {
	b := bench(t)
	b.Request.Region, b.Request.Home = "eu-west-1", true
	b.Fault(simaws.Fault{Region: "us-east-1", Kind: simaws.PolicyDenied})
	result := b.Run()
	if result.Status != outcome.Warned || result.Reason != "a service control policy denies wafv2:ListWebACLs" {
		t.Errorf("got status %q (%s), error %v", result.Status, result.Reason, result.Err)
	}
	if len(acls(t, result)) == 0 {
		t.Error("the regional ones are lost")
	}
}

package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collecttest"
	"view360/shared/simaws"
)

// jsonObject has the API's or the snapshot's own member names.
type jsonObject = map[string]any

// TestSectionsFollowTheContract checks the contract's rules for single sections on snapshots of an account with known
// content: the second region has no rules, the second account had no cost the day before.
func TestSectionsFollowTheContract(t *testing.T) {
	t.Parallel()
	c := newCollection(t, setting{organization: simaws.Options{Volume: 0.03, Accounts: simaws.DefaultAccounts()[:2]}})
	furnishSections(c)
	c.run("sections", jsonObject{
		"regions":  []string{"us-east-1", "eu-west-1"},
		"services": []string{"account", "config", "cost", "inventory", "securityhub", "waf"},
	})
	home := c.readSnapshot(collecttest.Production, "us-east-1", today).Sections
	section := func(text string) (members jsonObject) { c.decode([]byte(text), &members); return members }
	list := func(text string) (elements []jsonObject) { c.decode([]byte(text), &elements); return elements }

	t.Run("services by cost, top five, Security Hub by size", func(t *testing.T) {
		want := []string{"F 9", "B 7", "D 7", "C 5", "G 2", "A 1", "E -3"}
		checkEqual(t, want, listMembers(list(home["service"]), "service", "cost"))
		top, _ := section(home["cost"])["top_services"].([]any)
		checkEqual(t, want[:5], listMembers(toObjects(top), "service", "cost"))
		checkEqual(t, []string{"Inspector 3", "GuardDuty 2", "Macie 1"}, listMembers(list(home["security.security_hub"]), "service", "total_findings"))
	})
	t.Run("the compliance table of WAF", func(t *testing.T) {
		var want []string
		for _, s := range statements {
			want = append(want, fmt.Sprint(s.kind, " ", s.compliant))
		}
		checkEqual(t, want, listMembers(list(home["security.waf_rules"]), "statement_type", "is_compliant"))
	})
	t.Run("the score of half the rules, and of none", func(t *testing.T) {
		away := c.readSnapshot(collecttest.Production, "eu-west-1", today).Sections
		checkEqual(t, []string{"50 2"}, listMembers([]jsonObject{section(home["config"])}, "compliance_score", "total_rules"))
		checkEqual(t, []string{"0 0"}, listMembers([]jsonObject{section(away["config"])}, "compliance_score", "total_rules"))
	})
	t.Run("the percentage is not rounded, and 0 after nothing", func(t *testing.T) {
		if got, want := section(home["cost"])["cost_difference_percentage"], 2500.0/3; got != want {
			t.Errorf("%v percent more, want %v", got, want)
		}
		other := section(c.readSnapshot(collecttest.Platform, "us-east-1", today).Sections["cost"])
		checkEqual(t, []string{"0 4"}, listMembers([]jsonObject{other}, "cost_difference_percentage", "cost_difference"))
	})
	t.Run("a contact that is missing is null", func(t *testing.T) {
		contacts, _ := section(home["account"])["alternate_contacts"].(jsonObject)
		security, there := contacts["security"]
		if !there || security != nil || contacts["billing"] == nil {
			t.Errorf("the contacts are %v", contacts)
		}
	})
	t.Run("defaults of a patch", func(t *testing.T) {
		checkEqual(t, []string{"kernel Normal None", "bash Security Critical"}, listMembers(list(home["inventory.patches"]), "title", "classification", "severity"))
	})
	t.Run("closed objects have their members and no other", func(t *testing.T) {
		account, config, cost := section(home["account"]), section(home["config"]), section(home["cost"])
		evaluations, _ := config["non_compliant_resources"].([]any)
		if len(evaluations) == 0 {
			t.Fatal("no evaluation")
		}
		for name, o := range map[string]any{
			"account": account, "contact_info": account["contact_info"], "config": config, "non_compliant_resources": evaluations[0], "cost": cost,
		} {
			members, _ := o.(jsonObject)
			checkEqual(t, slices.Sorted(slices.Values(strings.Fields(closed[name]))), slices.Sorted(maps.Keys(members)))
		}
	})
}

// closed are the members of the objects that the Python version reads as a whole.
var closed = map[string]string{
	"account": `account_id account_name account_email account_status account_arn partner_name customer_name category account_type joined_method
		joined_timestamp region product contact_info alternate_contacts`,
	"contact_info": `address_line1 address_line2 address_line3 city country_code postal_code state_or_region company_name phone_number
		website_url full_name`,
	"config": `date_from date_to compliance_score total_rules compliant_rules non_compliant_rules curr_non_compliant curr_compliant
		non_compliant_resources`,
	"non_compliant_resources": `rule_name resource_id resource_type config_rule_invoked_time conformance_pack compliance_type annotation
		evaluation_mode`,
	"cost": `account_id current_period_cost previous_period_cost cost_difference cost_difference_percentage top_services period forecast`,
}

// statements are a WAF rule's statement of each type, and whether a rule of it is compliant.
var statements = []struct {
	kind      string
	statement any
	compliant bool
}{
	{"ManagedRuleGroupStatement", jsonObject{"VendorName": "AWS", "Name": "g"}, true},
	{"ManagedRuleGroupStatement", jsonObject{"VendorName": "Amazon", "Name": "g"}, true},
	{"ManagedRuleGroupStatement", jsonObject{"VendorName": "Fortinet", "Name": "g"}, false},
	{"ManagedRuleGroupStatement", jsonObject{"Name": "g"}, false},
	{"RateBasedStatement", jsonObject{"Limit": 100}, true},
	{"SqliMatchStatement", jsonObject{}, true},
	{"XssMatchStatement", jsonObject{}, true},
	{"GeoMatchStatement", jsonObject{}, true},
	{"IPSetReferenceStatement", jsonObject{}, true},
	{"RuleGroupReferenceStatement", jsonObject{}, true},
	{"AndStatement", jsonObject{"Statements": []jsonObject{{"SqliMatchStatement": jsonObject{}}}}, false},
	{"OrStatement", jsonObject{"Statements": []jsonObject{{"SqliMatchStatement": jsonObject{}}}}, false},
	{"NotStatement", jsonObject{"Statement": jsonObject{"SqliMatchStatement": jsonObject{}}}, false},
	{"ByteMatchStatement", jsonObject{}, false},
	{"SizeConstraintStatement", jsonObject{}, false},
	{"RegexMatchStatement", jsonObject{}, false},
	{"RegexPatternSetReferenceStatement", jsonObject{}, false},
	{"LabelMatchStatement", jsonObject{}, false},
	{"AsnMatchStatement", jsonObject{}, false},
	{"Unknown", nil, false},
}

func furnishSections(c *collection) {
	production := simaws.Place{Account: collecttest.Production}
	day := time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC)
	cost := func(account, service string, day time.Time, amount float64) simaws.Cost {
		return simaws.Cost{Account: account, Service: service, Region: "NoRegion", Day: day, Record: "Usage", Entity: "AWS", Amount: amount}
	}
	costs := []simaws.Cost{cost(collecttest.Production, "A", day.AddDate(0, 0, -1), 3), cost(collecttest.Platform, "A", day, 4)}
	for i, amount := range []float64{1, 7, 5, 7, -3, 9, 2} {
		costs = append(costs, cost(collecttest.Production, string(rune('A'+i)), day, amount))
	}
	simaws.Set(c.Organization, simaws.Place{}, costs...)
	var findings []simaws.SecurityFinding
	for i, product := range []string{"Macie", "Inspector", "GuardDuty", "Inspector", "GuardDuty", "Inspector"} {
		at := day.Add(time.Hour).Format(time.RFC3339)
		findings = append(findings, simaws.SecurityFinding{
			ID: fmt.Sprint(i), AwsAccountID: collecttest.Production, Region: "us-east-1", ProductName: product, CreatedAt: at, UpdatedAt: at, Title: "t",
			Severity: simaws.SeverityLabel{Label: "HIGH"}, Workflow: simaws.WorkflowStatus{Status: "NEW"}, RecordState: "ACTIVE",
		})
	}
	simaws.Set(c.Organization, production, findings...)
	list := simaws.WebACL{Name: "all", ID: "00000000-0000-0000-0000-000000000000", ARN: "arn:aws:wafv2:us-east-1:528416073925:regional/webacl/all/id", Scope: "REGIONAL"}
	for i, s := range statements {
		rule := jsonObject{"Name": fmt.Sprint(i), "Priority": i, "Statement": jsonObject{}}
		if s.statement != nil {
			rule["Statement"] = jsonObject{s.kind: s.statement}
		}
		list.Rules = append(list.Rules, rule)
	}
	simaws.Set(c.Organization, production, list)
	evaluation := func(compliant bool) []simaws.Evaluation {
		return []simaws.Evaluation{{ResourceID: "r", ResourceType: "AWS::S3::Bucket", Compliant: compliant, Recorded: day.Add(time.Hour)}}
	}
	simaws.Set(c.Organization, production, simaws.Rule{Name: "kept", Results: evaluation(true)}, simaws.Rule{Name: "broken", Results: evaluation(false)})
	simaws.Set[simaws.Rule](c.Organization, simaws.Place{Region: "eu-west-1"})
	simaws.Set(c.Organization, production, simaws.Instance{InstanceID: "i-00000000000000001"})
	simaws.Set(c.Organization, production, simaws.Patch{InstanceID: "i-00000000000000001", Title: "kernel", State: "Missing"},
		simaws.Patch{InstanceID: "i-00000000000000001", Title: "bash", State: "Installed", Classification: "Security", Severity: "Critical"})
	c.Override(simaws.Answer{Place: production, Service: "account", Operation: "GetAlternateContact", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), "SECURITY") {
			return nil, simaws.Failure(404, "ResourceNotFoundException", "No contact of the inputted alternate contact type found.")
		}
		return nil, simaws.ErrPassOn
	}})
}

// listMembers returns some members of each element as one text.
func listMembers(elements []jsonObject, members ...string) []string {
	var all []string
	for _, element := range elements {
		values := make([]string, len(members))
		for i, member := range members {
			values[i] = fmt.Sprint(element[member])
		}
		all = append(all, strings.Join(values, " "))
	}
	return all
}

func toObjects(list []any) (all []jsonObject) {
	for _, element := range list {
		o, _ := element.(jsonObject)
		all = append(all, o)
	}
	return all
}

func checkEqual(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

package simaws

import (
	"slices"
	"time"
)

var _ = register(service{
	name: "config", protocol: awsJSON{}, invalid: "ValidationException", badToken: "InvalidNextTokenException",
	operations: []operation{
		op("DescribeConfigurationRecorders", describeConfigurationRecorders),
		op("DescribeConformancePacks", describeConformancePacks),
		op("DescribeConformancePackCompliance", describeConformancePackCompliance),
		op("DescribeComplianceByConfigRule", describeComplianceByConfigRule),
		op("GetComplianceDetailsByConfigRule", getComplianceDetailsByConfigRule),
		op("SelectResourceConfig", selectResourceConfig),
	},
})

type configInput struct {
	NextToken, ConformancePackName, ConfigRuleName         string
	Limit                                                  *number
	ComplianceTypes, ConfigRuleNames, ConformancePackNames []string
}

func describeConfigurationRecorders(c *call, _ configInput) (any, error) {
	recorders := []object{}
	if c.enabled() {
		recorders = append(recorders, object{
			"name": "default", "roleARN": "arn:aws:iam::" + c.account.ID + ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
			"arn":            c.arn("config", "configuration-recorder/default/"+c.draw("recorder").hex(16)),
			"recordingGroup": object{"allSupported": true, "includeGlobalResourceTypes": c.region == homeRegion},
		})
	}
	return object{"ConfigurationRecorders": recorders}, nil
}

func (c *call) packs() []string {
	var packs []string
	for _, r := range c.rules() {
		packs = append(packs, r.Packs...)
	}
	slices.Sort(packs)
	return slices.Compact(packs)
}

func describeConformancePacks(c *call, in configInput) (any, error) {
	var details []object
	for _, name := range c.packs() {
		if len(in.ConformancePackNames) > 0 && !slices.Contains(in.ConformancePackNames, name) {
			continue
		}
		id := "conformance-pack-" + c.Organization.draw("pack", c.account.ID, name).hex(9)
		details = append(details, object{
			"ConformancePackName": name, "ConformancePackId": id, "ConformancePackArn": c.arn("config", "conformance-pack/"+name+"/"+id),
			"LastUpdateRequestedTime": at(c.newYear()),
		})
	}
	items, next, err := page(c, details, in.NextToken, in.Limit, limits{usual: 20, most: 20})
	if err != nil {
		return nil, err
	}
	return object{"ConformancePackDetails": items, "NextToken": next}, nil
}

func describeConformancePackCompliance(c *call, in configInput) (any, error) {
	if !slices.Contains(c.packs(), in.ConformancePackName) {
		return nil, c.failf("NoSuchConformancePackException", "ConformancePack %s does not exist.", in.ConformancePackName)
	}
	var rules []object
	for _, r := range c.rules() {
		if slices.Contains(r.Packs, in.ConformancePackName) {
			rules = append(rules, object{"ConfigRuleName": r.Name, "ComplianceType": c.compliance(r), "Controls": []string{}})
		}
	}
	items, next, err := page(c, rules, in.NextToken, in.Limit, limits{usual: 100, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{"ConformancePackName": in.ConformancePackName, "ConformancePackRuleComplianceList": items, "NextToken": next}, nil
}

func (c *call) compliance(r Rule) string {
	results := c.results(r)
	switch {
	case len(results) == 0:
		return "INSUFFICIENT_DATA"
	case slices.ContainsFunc(results, func(e Evaluation) bool { return !e.Compliant }):
		return "NON_COMPLIANT"
	default:
		return "COMPLIANT"
	}
}

// rulesPage is the page size of DescribeComplianceByConfigRule, which cannot be asked for.
const rulesPage = 25

func describeComplianceByConfigRule(c *call, in configInput) (any, error) {
	if n := len(in.ConfigRuleNames); n > rulesPage {
		return nil, c.invalidf("1 validation error detected: Value at 'configRuleNames' failed to satisfy constraint: Member must have length less than or equal to %d", rulesPage)
	}
	for _, name := range in.ConfigRuleNames {
		if _, err := c.rule(name); err != nil {
			return nil, err
		}
	}
	var rules []object
	for _, r := range c.rules() {
		compliance := c.compliance(r)
		if (len(in.ConfigRuleNames) == 0 || slices.Contains(in.ConfigRuleNames, r.Name)) && (len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, compliance)) {
			rules = append(rules, object{"ConfigRuleName": r.Name, "Compliance": object{"ComplianceType": compliance}})
		}
	}
	items, next, err := page(c, rules, in.NextToken, nil, limits{usual: rulesPage, most: rulesPage})
	if err != nil {
		return nil, err
	}
	return object{"ComplianceByConfigRules": items, "NextToken": next}, nil
}

func (c *call) rule(name string) (Rule, error) {
	rules := c.rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{}, c.failf("NoSuchConfigRuleException", "The ConfigRule '%s' provided in the request is invalid. Please check the configRule name.", name)
	}
	return rules[i], nil
}

func getComplianceDetailsByConfigRule(c *call, in configInput) (any, error) {
	if in.ConfigRuleName == "" {
		return nil, c.missing("configRuleName")
	}
	rule, err := c.rule(in.ConfigRuleName)
	if err != nil {
		return nil, err
	}
	if slices.Contains(in.ComplianceTypes, "INSUFFICIENT_DATA") {
		return nil, c.failf("InvalidParameterValueException", "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results.")
	}
	var results []object
	for _, e := range c.results(rule) {
		compliance := "COMPLIANT"
		if !e.Compliant {
			compliance = "NON_COMPLIANT"
		}
		if len(in.ComplianceTypes) > 0 && !slices.Contains(in.ComplianceTypes, compliance) {
			continue
		}
		result := object{
			"ComplianceType": compliance, "ResultRecordedTime": at(e.Recorded), "ConfigRuleInvokedTime": at(e.Recorded.Add(-2 * time.Second)),
			"EvaluationResultIdentifier": object{
				"OrderingTimestamp": at(e.Recorded.Add(-time.Minute)),
				"EvaluationResultQualifier": object{
					"ConfigRuleName": rule.Name, "ResourceType": e.ResourceType, "ResourceId": e.ResourceID, "EvaluationMode": first(e.Mode, "DETECTIVE"),
				},
			},
		}
		if e.Annotation != "" {
			result["Annotation"] = e.Annotation
		}
		results = append(results, result)
	}
	items, next, err := page(c, results, in.NextToken, in.Limit, limits{usual: 10, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"EvaluationResults": items, "NextToken": next}, nil
}

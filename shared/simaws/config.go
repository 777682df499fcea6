package simaws

import (
	"cmp"
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var configService = service{
	name: "config", protocol: wire.JSON{},
	codes: wire.ErrorCodes{Invalid: "ValidationException", BadToken: "InvalidNextTokenException"},
	operations: []operation{
		{name: "DescribeConfigurationRecorders", handle: handleInput(describeConfigurationRecorders)},
		{name: "DescribeConfigurationRecorderStatus", handle: handleInput(describeRecorderStatus)},
		{name: "DescribeConformancePacks", handle: handleInput(describeConformancePacks)},
		{name: "DescribeConformancePackCompliance", handle: handleInput(describeConformancePackCompliance)},
		{name: "DescribeComplianceByConfigRule", handle: handleInput(describeComplianceByConfigRule)},
		{name: "GetComplianceDetailsByConfigRule", handle: handleInput(getComplianceDetailsByConfigRule)},
		{name: "SelectResourceConfig", handle: handleInput(selectResourceConfig)},
	},
}

type configInput struct {
	NextToken, ConformancePackName, ConfigRuleName         string
	Limit                                                  *number
	ComplianceTypes, ConfigRuleNames, ConformancePackNames []string
}

func describeConfigurationRecorders(c *call, _ configInput) (any, error) {
	recorders := []object{}
	if c.isEnabled() {
		recorders = append(recorders, object{
			"name": "default", "roleARN": "arn:aws:iam::" + c.account.ID + ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
			"arn":            c.newARN("config", "configuration-recorder/default/"+c.newChance("recorder").hexDigits(16)),
			"recordingGroup": object{"allSupported": true, "includeGlobalResourceTypes": c.region == homeRegion},
		})
	}
	return object{"ConfigurationRecorders": recorders}, nil
}

func describeRecorderStatus(c *call, _ configInput) (any, error) {
	statuses := []object{}
	if c.isEnabled() {
		statuses = append(statuses, object{
			"name": "default", "recording": !c.isStopped(), "lastStatus": "SUCCESS", "lastStartTime": newTime(c.startOfYear()), "lastStatusChangeTime": newTime(c.startOfYear()),
		})
	}
	return object{"ConfigurationRecordersStatus": statuses}, nil
}

func listPacks(c *call) []string {
	var packs []string
	for _, r := range findRules(c) {
		packs = append(packs, r.Packs...)
	}
	slices.Sort(packs)
	return slices.Compact(packs)
}

func describeConformancePacks(c *call, in configInput) (any, error) {
	var details []object
	for _, name := range listPacks(c) {
		if len(in.ConformancePackNames) > 0 && !slices.Contains(in.ConformancePackNames, name) {
			continue
		}
		id := "conformance-pack-" + c.Organization.newChance("pack", c.account.ID, name).hexDigits(9)
		details = append(details, object{
			"ConformancePackName": name, "ConformancePackId": id, "ConformancePackArn": c.newARN("config", "conformance-pack/"+name+"/"+id),
			"LastUpdateRequestedTime": newTime(c.startOfYear()),
		})
	}
	return answerPage(c, "ConformancePackDetails", details, "NextToken", in.NextToken, in.Limit, limits{usual: 20, most: 20})
}

func describeConformancePackCompliance(c *call, in configInput) (any, error) {
	if !slices.Contains(listPacks(c), in.ConformancePackName) {
		return nil, c.newErrorf("NoSuchConformancePackException", "ConformancePack %s does not exist.", in.ConformancePackName)
	}
	var rules []object
	for _, r := range findRules(c) {
		if slices.Contains(r.Packs, in.ConformancePackName) {
			rules = append(rules, object{"ConfigRuleName": r.Name, "ComplianceType": summarizeCompliance(c.location, r), "Controls": []string{}})
		}
	}
	items, next, err := cutPage(c, rules, in.NextToken, in.Limit, limits{usual: 100, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{"ConformancePackName": in.ConformancePackName, "ConformancePackRuleComplianceList": items, "NextToken": next}, nil
}

func summarizeCompliance(l *location, r Rule) string {
	results := findEvaluations(l, r)
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
		return nil, c.newInvalidf("1 validation error detected: Value at 'configRuleNames' failed to satisfy constraint: Member must have length less than or equal to %d", rulesPage)
	}
	if len(in.ComplianceTypes) > 3 {
		return nil, c.newInvalidf("1 validation error detected: Value at 'complianceTypes' failed to satisfy constraint: Member must have length less than or equal to 3")
	}
	for _, name := range in.ConfigRuleNames {
		if _, err := findRule(c, name); err != nil {
			return nil, err
		}
	}
	var rules []object
	for _, r := range findRules(c) {
		compliance := summarizeCompliance(c.location, r)
		if (len(in.ConfigRuleNames) == 0 || slices.Contains(in.ConfigRuleNames, r.Name)) && (len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, compliance)) {
			rules = append(rules, object{"ConfigRuleName": r.Name, "Compliance": object{"ComplianceType": compliance}})
		}
	}
	return answerPage(c, "ComplianceByConfigRules", rules, "NextToken", in.NextToken, nil, limits{usual: rulesPage, most: rulesPage})
}

func findRule(c *call, name string) (Rule, error) {
	rules := findRules(c)
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{}, c.newErrorf("NoSuchConfigRuleException", "The ConfigRule '%s' provided in the request is invalid. Please check the configRule name.", name)
	}
	return rules[i], nil
}

func getComplianceDetailsByConfigRule(c *call, in configInput) (any, error) {
	if in.ConfigRuleName == "" {
		return nil, c.newMissing("configRuleName")
	}
	rule, err := findRule(c, in.ConfigRuleName)
	if err != nil {
		return nil, err
	}
	if slices.Contains(in.ComplianceTypes, "INSUFFICIENT_DATA") {
		return nil, c.newErrorf("InvalidParameterValueException", "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results.")
	}
	var results []object
	for _, e := range findEvaluations(c.location, rule) {
		compliance := "COMPLIANT"
		if !e.Compliant {
			compliance = "NON_COMPLIANT"
		}
		if len(in.ComplianceTypes) > 0 && !slices.Contains(in.ComplianceTypes, compliance) {
			continue
		}
		result := object{
			"ComplianceType": compliance, "ResultRecordedTime": newTime(e.Recorded), "ConfigRuleInvokedTime": newTime(e.Recorded.Add(-2 * time.Second)),
			"EvaluationResultIdentifier": object{
				"OrderingTimestamp": newTime(e.Recorded.Add(-time.Minute)),
				"EvaluationResultQualifier": object{
					"ConfigRuleName": rule.Name, "ResourceType": e.ResourceType, "ResourceId": e.ResourceID, "EvaluationMode": cmp.Or(e.Mode, "DETECTIVE"),
				},
			},
		}
		if e.Annotation != "" {
			result["Annotation"] = e.Annotation
		}
		results = append(results, result)
	}
	return answerPage(c, "EvaluationResults", results, "NextToken", in.NextToken, in.Limit, limits{usual: 10, most: 100})
}

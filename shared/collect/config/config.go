// Package config collects the compliance of a region with its AWS Config rules.
//
//	operations  config DescribeConfigurationRecorders, DescribeConfigurationRecorderStatus; DescribeConformancePacks, DescribeConformancePackCompliance
//	            (per pack), DescribeComplianceByConfigRule, GetComplianceDetailsByConfigRule (per rule), all pages
//	scope       region
//	window      evaluations recorded in [start, end), UTC; with AllResources every evaluation. The rule counters are the
//	            state at run time, and null for a past window.
//	section     config, with its list non_compliant_resources
//	paid        no
//	quotas      not published
//	            https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
package config

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Config client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeConfigurationRecorders(context.Context, *configservice.DescribeConfigurationRecordersInput, ...func(*configservice.Options)) (*configservice.DescribeConfigurationRecordersOutput, error)
	DescribeConfigurationRecorderStatus(context.Context, *configservice.DescribeConfigurationRecorderStatusInput, ...func(*configservice.Options)) (*configservice.DescribeConfigurationRecorderStatusOutput, error)
	DescribeConformancePacks(context.Context, *configservice.DescribeConformancePacksInput, ...func(*configservice.Options)) (*configservice.DescribeConformancePacksOutput, error)
	DescribeConformancePackCompliance(context.Context, *configservice.DescribeConformancePackComplianceInput, ...func(*configservice.Options)) (*configservice.DescribeConformancePackComplianceOutput, error)
	DescribeComplianceByConfigRule(context.Context, *configservice.DescribeComplianceByConfigRuleInput, ...func(*configservice.Options)) (*configservice.DescribeComplianceByConfigRuleOutput, error)
	GetComplianceDetailsByConfigRule(context.Context, *configservice.GetComplianceDetailsByConfigRuleInput, ...func(*configservice.Options)) (*configservice.GetComplianceDetailsByConfigRuleOutput, error)
}

// Collector is the source config.
var Collector = collect.Collector{
	SourceName: "config",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, configservice.NewFromConfig(cfg), scope, part)
	},
}

const (
	section     = "config"
	evaluations = "config.non_compliant_resources" // streamed, then composed into the section
	atOnce      = 8
	standalone  = "Standalone"
)

// The page sizes are the largest that the operations take.
const (
	packPage   = 20
	rulePage   = 1000
	detailPage = 100
)

// Collect streams a [snapshot.ConfigEvaluation] for each evaluation, in rule order, and composes them with the
// counters, null for a past window, into the section. A rule or pack that cannot be read is a warning. A region without rules has zeros; a
// region without a recorder, or with a stopped one, is outcome.NotEnabled.
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if err := requireRecorder(ctx, api, scope, part); err != nil {
		return err
	}
	packs, err := mapRulesToPacks(ctx, api, part)
	if err != nil {
		return err
	}
	rules, err := listRules(ctx, api)
	if err != nil {
		return err
	}
	part.DeclareLists(evaluations)
	counters, err := addEvaluations(ctx, api, scope, rules, packs, part)
	if err != nil {
		return err
	}
	return composeSection(scope, rules, counters, part)
}

// requireRecorder returns outcome.NotEnabled for a region without AWS Config, or where its recorder is stopped. A past
// date may have been recorded all the same. A role that may not read the status is a warning. All its lists are empty, as in a region
// without rules.
func requireRecorder(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	found, err := api.DescribeConfigurationRecorders(ctx, &configservice.DescribeConfigurationRecordersInput{})
	if err != nil {
		return fmt.Errorf("describing the configuration recorders: %w", err)
	}
	if len(found.ConfigurationRecorders) == 0 {
		return fault.New(outcome.NotEnabled, "AWS Config does not record in %s: turn on a configuration recorder", scope.Region)
	}
	status, err := api.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		return collect.Tolerate(ctx, part, section, fmt.Errorf("describing the status of the configuration recorders: %w", err))
	}
	recording := func(r types.ConfigurationRecorderStatus) bool { return r.Recording }
	if !scope.History && len(status.ConfigurationRecordersStatus) > 0 && !slices.ContainsFunc(status.ConfigurationRecordersStatus, recording) {
		return fault.New(outcome.NotEnabled, "the configuration recorder in %s is stopped, so that its rules say nothing of today: start it", scope.Region)
	}
	return nil
}

// mapRulesToPacks returns the conformance pack of each rule: of several packs the one with the smallest name, so that
// the order of the answers does not matter (D43).
func mapRulesToPacks(ctx context.Context, api API, part *collect.Part) (map[string]string, error) {
	pages := configservice.NewDescribeConformancePacksPaginator(api, &configservice.DescribeConformancePacksInput{Limit: packPage},
		func(o *configservice.DescribeConformancePacksPaginatorOptions) { o.StopOnDuplicateToken = true })
	packs := map[string]string{}
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return packs, collect.Tolerate(ctx, part, section, fmt.Errorf("listing conformance packs: %w", err))
		}
		for _, pack := range page.ConformancePackDetails {
			name := aws.ToString(pack.ConformancePackName)
			if err := addPackRules(ctx, api, name, packs); err != nil {
				if err := collect.Tolerate(ctx, part, section, fmt.Errorf("listing the rules of conformance pack %s: %w", name, err)); err != nil {
					return nil, err
				}
			}
		}
	}
	return packs, nil
}

func addPackRules(ctx context.Context, api API, pack string, packs map[string]string) error {
	pages := configservice.NewDescribeConformancePackCompliancePaginator(api, &configservice.DescribeConformancePackComplianceInput{ConformancePackName: &pack, Limit: rulePage},
		func(o *configservice.DescribeConformancePackCompliancePaginatorOptions) {
			o.StopOnDuplicateToken = true
		})
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return err
		}
		for _, rule := range page.ConformancePackRuleComplianceList {
			name := aws.ToString(rule.ConfigRuleName)
			if known, in := packs[name]; !in || pack < known {
				packs[name] = pack
			}
		}
	}
	return nil
}

// rule is an evaluated rule.
type rule struct {
	name      string
	compliant bool
}

func listRules(ctx context.Context, api API) ([]rule, error) {
	pages := configservice.NewDescribeComplianceByConfigRulePaginator(api, &configservice.DescribeComplianceByConfigRuleInput{
		ComplianceTypes: []types.ComplianceType{types.ComplianceTypeCompliant, types.ComplianceTypeNonCompliant},
	}, func(o *configservice.DescribeComplianceByConfigRulePaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []rule
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return nil, fmt.Errorf("listing the compliance of rules: %w", err)
		}
		for _, r := range page.ComplianceByConfigRules {
			if r.Compliance == nil || r.Compliance.ComplianceType != types.ComplianceTypeCompliant && r.Compliance.ComplianceType != types.ComplianceTypeNonCompliant {
				continue
			}
			found = append(found, rule{aws.ToString(r.ConfigRuleName), r.Compliance.ComplianceType == types.ComplianceTypeCompliant})
		}
	}
	return found, nil
}

// counts are the numbers of rules in each state: all of them, and those with a result in the window.
type counts struct{ compliant, nonCompliant int }

func (c *counts) addRule(r rule) {
	if r.compliant {
		c.compliant++
	} else {
		c.nonCompliant++
	}
}

// addEvaluations adds the evaluations of each rule, of both types: compliant resources close what an earlier snapshot
// reported (D44). Several rules are read at once and written in order.
func addEvaluations(ctx context.Context, api API, scope collect.Scope, rules []rule, packs map[string]string, part *collect.Part) (counts, error) {
	var reported counts
	type ruleEvaluations struct {
		rule  rule
		found []snapshot.ConfigEvaluation
	}
	err := collect.FetchInOrder(ctx, atOnce, collect.ToSequence(rules),
		func(ctx context.Context, r rule) (ruleEvaluations, error) {
			found, err := listEvaluations(ctx, api, scope, r, packs)
			if err != nil {
				err = collect.Tolerate(ctx, part, section, fmt.Errorf("reading the evaluations of rule %s: %w", r.name, err))
			}
			return ruleEvaluations{r, found}, err
		},
		func(of ruleEvaluations) error {
			if len(of.found) > 0 {
				reported.addRule(of.rule)
			}
			for _, e := range of.found {
				if err := part.Add(evaluations, e); err != nil {
					return err
				}
			}
			return nil
		})
	return reported, err
}

func listEvaluations(ctx context.Context, api API, scope collect.Scope, r rule, packs map[string]string) ([]snapshot.ConfigEvaluation, error) {
	pages := configservice.NewGetComplianceDetailsByConfigRulePaginator(api, &configservice.GetComplianceDetailsByConfigRuleInput{
		ConfigRuleName: &r.name, Limit: detailPage,
		ComplianceTypes: []types.ComplianceType{types.ComplianceTypeCompliant, types.ComplianceTypeNonCompliant},
	}, func(o *configservice.GetComplianceDetailsByConfigRulePaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []snapshot.ConfigEvaluation
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return found, err
		}
		for _, result := range page.EvaluationResults {
			if result.ResultRecordedTime == nil || !scope.AllResources && !scope.Window.Contains(*result.ResultRecordedTime) {
				continue
			}
			found = append(found, toEvaluation(r.name, packs, result))
		}
	}
	return found, nil
}

func toEvaluation(rule string, packs map[string]string, result types.EvaluationResult) snapshot.ConfigEvaluation {
	e := snapshot.ConfigEvaluation{
		RuleName: rule, RecordedAt: snapshot.TimeOf(result.ResultRecordedTime), ConformancePack: standalone,
		ComplianceType: string(result.ComplianceType), Annotation: result.Annotation,
	}
	if pack, packed := packs[rule]; packed {
		e.ConformancePack = pack
	}
	if id := result.EvaluationResultIdentifier; id != nil && id.EvaluationResultQualifier != nil {
		q := id.EvaluationResultQualifier
		e.ResourceID, e.ResourceType, e.EvaluationMode = q.ResourceId, q.ResourceType, snapshot.Text(q.EvaluationMode)
	}
	return e
}

// composeSection writes the counters before the streamed list.
func composeSection(scope collect.Scope, rules []rule, reported counts, part *collect.Part) error {
	c := snapshot.Config{DateFrom: scope.Window.StartDate(), DateTo: scope.Window.EndDate()}
	if !scope.History {
		c.ConfigCounters = countRules(rules, reported)
	}
	head, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding the counters: %w", err)
	}
	part.Compose(section, part.CountItems(evaluations)+1, []collect.Fragment{
		{Text: strings.TrimSuffix(string(head), "}") + `,"non_compliant_resources":`}, {Key: evaluations}, {Text: "}"},
	})
	return nil
}

// roundToCents rounds the binary value to two decimals, ties to even, as readers of the Python version expect.
func countRules(rules []rule, reported counts) snapshot.ConfigCounters {
	var all counts
	for _, r := range rules {
		all.addRule(r)
	}
	score := 0.0
	if len(rules) > 0 {
		score = roundToCents(100 * float64(all.compliant) / float64(len(rules)))
	}
	return snapshot.ConfigCounters{
		ComplianceScore: &score, TotalRules: aws.Int(len(rules)), CompliantRules: &all.compliant, NonCompliantRules: &all.nonCompliant,
		CurrCompliant: &reported.compliant, CurrNonCompliant: &reported.nonCompliant,
	}
}

func roundToCents(value float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(value, 'f', 2, 64), 64)
	return rounded
}

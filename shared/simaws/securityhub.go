package simaws

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var securityHubService = service{
	name: "securityhub", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Throttled: "TooManyRequestsException", Invalid: "InvalidInputException", BadToken: "InvalidInputException"},
	operations: []operation{
		{name: "DescribeHub", route: "GET /accounts", handle: handleInput(describeHub)},
		{name: "GetFindings", route: "POST /findings", handle: handleInput(getSecurityFindings)},
		{name: "ListFindingAggregators", route: "GET /findingAggregator/list", handle: handleInput(listFindingAggregators)},
		{name: "GetFindingAggregator", route: "GET /findingAggregator/get/{FindingAggregatorArn+}", handle: handleInput(getFindingAggregator)},
		{name: "DescribeSecurityHubV2", route: "GET /hubv2", handle: handleInput(describeHubV2)},
		{name: "GetFindingsV2", route: "POST /findingsv2", action: "GetFindings", handle: handleInput(getFindingsV2)},
		{name: "ListAggregatorsV2", route: "GET /aggregatorv2/list", handle: handleInput(listAggregatorsV2)},
		{name: "GetAggregatorV2", route: "GET /aggregatorv2/get/{AggregatorV2Arn+}", handle: handleInput(getAggregatorV2)},
	},
}

type hubInput struct {
	Filters              map[string][]findingFilter
	MaxResults           *number
	NextToken            string
	FindingAggregatorArn string
}

// findingFilter is a string or a date filter.
type findingFilter struct {
	Value, Comparison string
	Start, End        string
	DateRange         *struct {
		Value int
		Unit  string
	}
}

func checkSubscribed(c *call) error {
	if c.isEnabled() {
		return nil
	}
	return Failure(http.StatusUnauthorized, "InvalidAccessException", fmt.Sprintf("Account %s is not subscribed to AWS Security Hub", c.account.ID))
}

func describeHub(c *call, _ hubInput) (any, error) {
	if err := checkSubscribed(c); err != nil {
		return nil, err
	}
	return object{"HubArn": c.newARN("securityhub", "hub/default"), "SubscribedAt": formatISO(c.creationTime(c.account)), "AutoEnableControls": true,
		"ControlFindingGenerator": "SECURITY_CONTROL"}, nil
}

var findingPages = limits{usual: 10, least: 1, most: 100}

// getSecurityFindings reads the findings in the order of their days, and makes no others than it returns or
// skips. The regions of an aggregation follow each other.
func getSecurityFindings(c *call, in hubInput) (any, error) {
	if err := checkSubscribed(c); err != nil {
		return nil, err
	}
	if err := checkFilters(c, in.Filters); err != nil {
		return nil, err
	}
	if set, ok := findSetItems[SecurityFinding](c.location); ok {
		set = slices.DeleteFunc(slices.Clone(set), func(f SecurityFinding) bool { return !f.matchesFilters(c.now, in.Filters) })
		items, next, err := cutPage(c, set, in.NextToken, in.MaxResults, findingPages)
		return object{"Findings": items, "NextToken": next}, err
	}
	size, err := c.parsePageSize(in.MaxResults, findingPages)
	if err != nil {
		return nil, err
	}
	position, err := c.parseToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	if c.fault != nil && c.fault.Kind == EmptyPage {
		return object{"Findings": []object{}, "NextToken": c.newToken(position)}, nil
	}
	found, next := scanFindings(c, in.Filters, position, size)
	if c.fault != nil && c.fault.Kind == RepeatedToken {
		next = cmp.Or(in.NextToken, c.newToken(0))
	}
	if c.fault != nil && c.fault.Kind == TokenCircle {
		next = c.newToken(max(0, 1-position))
	}
	return object{"Findings": found, "NextToken": next}, nil
}

// regionStep separates the positions of one region from those of the next.
const regionStep = 1 << 32

func scanFindings(c *call, filters map[string][]findingFilter, position, size int) (found []*SecurityFinding, next any) {
	regions := []string{c.region}
	if aggregationRegion(c.location) == c.region {
		regions = c.account.Regions
	}
	found = []*SecurityFinding{}
	for n := position / regionStep; n < len(regions); n++ {
		here := c.inRegion(regions[n])
		last := dailyFindings(here) * (hubRetention + 1)
		for i := position % regionStep; i < last; i++ {
			f := generateSecurityFinding(here, i)
			if f == nil || !f.matchesFilters(c.now, filters) {
				continue
			}
			if len(found) == size {
				return found, c.newToken(n*regionStep + i)
			}
			found = append(found, f)
		}
		position = 0
	}
	return found, nil
}

// findAttribute returns the text of a finding that filters of an attribute compare.
func (f SecurityFinding) findAttribute(attribute string) (text string, known bool) {
	switch attribute {
	case "AwsAccountId":
		return f.AwsAccountID, true
	case "RecordState":
		return f.RecordState, true
	case "WorkflowStatus":
		return f.Workflow.Status, true
	case "SeverityLabel":
		return f.Severity.Label, true
	case "ProductName":
		return f.ProductName, true
	case "Id":
		return f.ID, true
	case "Region":
		return f.Region, true
	case "CreatedAt":
		return f.CreatedAt, true
	case "UpdatedAt":
		return f.UpdatedAt, true
	case "ComplianceStatus":
		if f.Compliance == nil {
			return "", true
		}
		return f.Compliance.Status, true
	default:
		return "", false
	}
}

func isDate(attribute string) bool { return attribute == "CreatedAt" || attribute == "UpdatedAt" }

// The most attributes that a query filters by, and the most values of one.
const (
	mostAttributes = 10
	mostValues     = 20
)

func checkFilters(c *call, filters map[string][]findingFilter) error {
	if len(filters) > mostAttributes {
		return c.newInvalidf("Invalid parameter 'Filters'. data must not have more than %d attributes", mostAttributes)
	}
	for attribute, conditions := range filters {
		if _, known := (SecurityFinding{}).findAttribute(attribute); !known {
			return c.newInvalidf("Filter %s is not simulated", attribute)
		}
		if len(conditions) > mostValues {
			return c.newInvalidf("Invalid parameter '%s'. data must not have more than %d values", attribute, mostValues)
		}
		for _, f := range conditions {
			for _, text := range []string{f.Start, f.End} {
				if _, err := time.Parse(time.RFC3339, text); text != "" && err != nil {
					return c.newInvalidf("Invalid parameter '%s'. data should be a valid ISO 8601 date-time with zone, got %q", attribute, text)
				}
			}
		}
	}
	return nil
}

// matchesFilters applies AND between attributes and OR between the values of one.
func (f SecurityFinding) matchesFilters(now time.Time, filters map[string][]findingFilter) bool {
	for attribute, conditions := range filters {
		value, _ := f.findAttribute(attribute)
		if !slices.ContainsFunc(conditions, func(condition findingFilter) bool {
			if isDate(attribute) {
				return condition.matchesTime(now, value)
			}
			return condition.matchesText(value)
		}) {
			return false
		}
	}
	return true
}

func (f findingFilter) matchesText(value string) bool {
	switch f.Comparison {
	case "PREFIX":
		return strings.HasPrefix(value, f.Value)
	case "NOT_EQUALS":
		return value != f.Value
	case "PREFIX_NOT_EQUALS":
		return !strings.HasPrefix(value, f.Value)
	default:
		return value == f.Value
	}
}

// matchesTime includes both ends of a range.
func (f findingFilter) matchesTime(now time.Time, value string) bool {
	at := parseMillis(value)
	if f.DateRange != nil {
		return at >= now.AddDate(0, 0, -f.DateRange.Value).UnixMilli()
	}
	return (f.Start == "" || at >= parseMillis(f.Start)) && (f.End == "" || at <= parseMillis(f.End))
}

func listFindingAggregators(c *call, in hubInput) (any, error) {
	if err := checkSubscribed(c); err != nil {
		return nil, err
	}
	aggregators := []object{}
	if aggregationRegion(c.location) != "" {
		aggregators = append(aggregators, object{"FindingAggregatorArn": aggregatorARN(c.location)})
	}
	return answerPage(c, "FindingAggregators", aggregators, "NextToken", in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
}

func getFindingAggregator(c *call, in hubInput) (any, error) {
	if err := checkSubscribed(c); err != nil {
		return nil, err
	}
	if aggregationRegion(c.location) == "" || in.FindingAggregatorArn != aggregatorARN(c.location) {
		return nil, c.newNotFoundf("ResourceNotFoundException", "Finding aggregator %s not found", in.FindingAggregatorArn)
	}
	return object{"FindingAggregatorArn": aggregatorARN(c.location), "FindingAggregationRegion": aggregationRegion(c.location), "RegionLinkingMode": "ALL_REGIONS"}, nil
}

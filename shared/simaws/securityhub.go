package simaws

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var _ = register(service{
	name: "securityhub", protocol: restJSON{}, invalid: "InvalidInputException", badToken: "InvalidInputException",
	throttled: "TooManyRequestsException",
	operations: []operation{
		op("DescribeHub", describeHub).at("GET /accounts"),
		op("GetFindings", getSecurityFindings).at("POST /findings"),
		op("ListFindingAggregators", listFindingAggregators).at("GET /findingAggregator/list"),
		op("GetFindingAggregator", getFindingAggregator).at("GET /findingAggregator/get/{FindingAggregatorArn+}"),
	},
})

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

func (c *call) subscribed() error {
	if c.enabled() {
		return nil
	}
	return &failure{status: 401, code: "InvalidAccessException", message: fmt.Sprintf("Account %s is not subscribed to AWS Security Hub", c.account.ID)}
}

func describeHub(c *call, _ hubInput) (any, error) {
	if err := c.subscribed(); err != nil {
		return nil, err
	}
	return object{"HubArn": c.arn("securityhub", "hub/default"), "SubscribedAt": iso(c.created(c.account)), "AutoEnableControls": true,
		"ControlFindingGenerator": "SECURITY_CONTROL"}, nil
}

var findingPages = limits{usual: 10, least: 1, most: 100}

// getSecurityFindings goes through the findings in the order of their days, without making more than it returns or
// passes over. The regions of an aggregation follow each other.
func getSecurityFindings(c *call, in hubInput) (any, error) {
	if err := c.subscribed(); err != nil {
		return nil, err
	}
	if err := checkFilters(c, in.Filters); err != nil {
		return nil, err
	}
	if set, ok := given[SecurityFinding](c); ok {
		set = slices.DeleteFunc(slices.Clone(set), func(f SecurityFinding) bool { return !f.admitted(c, in.Filters) })
		items, next, err := page(c, set, in.NextToken, in.MaxResults, findingPages)
		return object{"Findings": items, "NextToken": next}, err
	}
	size, err := c.pageSize(in.MaxResults, findingPages)
	if err != nil {
		return nil, err
	}
	position, err := c.offset(in.NextToken)
	if err != nil {
		return nil, err
	}
	if c.fault != nil && c.fault.Kind == EmptyPage {
		return object{"Findings": []object{}, "NextToken": c.token(position)}, nil
	}
	found, next := c.scan(in.Filters, position, size)
	if c.fault != nil && c.fault.Kind == RepeatedToken {
		next = first(in.NextToken, c.token(0))
	}
	return object{"Findings": found, "NextToken": next}, nil
}

// regionStep separates the positions of one region from those of the next.
const regionStep = 1 << 32

func (c *call) scan(filters map[string][]findingFilter, position, size int) (found []*SecurityFinding, next any) {
	regions := []string{c.region}
	if c.aggregator() == c.region {
		regions = c.account.Regions
	}
	found = []*SecurityFinding{}
	for n := position / regionStep; n < len(regions); n++ {
		here := c.inRegion(regions[n])
		last := here.hubDaily() * (hubRetention + 1)
		for i := position % regionStep; i < last; i++ {
			f := here.securityFinding(i)
			if f == nil || !f.admitted(c, filters) {
				continue
			}
			if len(found) == size {
				return found, c.token(n*regionStep + i)
			}
			found = append(found, f)
		}
		position = 0
	}
	return found, nil
}

// texts of a finding that filters look at.
func (f SecurityFinding) value(attribute string) (text string, known bool) {
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

func dated(attribute string) bool { return attribute == "CreatedAt" || attribute == "UpdatedAt" }

func checkFilters(c *call, filters map[string][]findingFilter) error {
	for attribute, conditions := range filters {
		if _, known := (SecurityFinding{}).value(attribute); !known {
			return c.invalidf("Filter %s is not simulated", attribute)
		}
		for _, f := range conditions {
			for _, text := range []string{f.Start, f.End} {
				if _, err := time.Parse(time.RFC3339, text); text != "" && err != nil {
					return c.invalidf("Invalid parameter '%s'. data should be a valid ISO 8601 date-time with zone, got %q", attribute, text)
				}
			}
		}
	}
	return nil
}

// admitted applies AND between attributes and OR between the values of one.
func (f SecurityFinding) admitted(c *call, filters map[string][]findingFilter) bool {
	for attribute, conditions := range filters {
		value, _ := f.value(attribute)
		if !slices.ContainsFunc(conditions, func(condition findingFilter) bool {
			if dated(attribute) {
				return condition.spans(c.now, value)
			}
			return condition.compares(value)
		}) {
			return false
		}
	}
	return true
}

func (f findingFilter) compares(value string) bool {
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

// spans includes both ends.
func (f findingFilter) spans(now time.Time, value string) bool {
	at := millis(value)
	if f.DateRange != nil {
		return at >= now.AddDate(0, 0, -f.DateRange.Value).UnixMilli()
	}
	return (f.Start == "" || at >= millis(f.Start)) && (f.End == "" || at <= millis(f.End))
}

func listFindingAggregators(c *call, in hubInput) (any, error) {
	if err := c.subscribed(); err != nil {
		return nil, err
	}
	aggregators := []object{}
	if c.aggregator() != "" {
		aggregators = append(aggregators, object{"FindingAggregatorArn": c.aggregatorARN()})
	}
	items, next, err := page(c, aggregators, in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"FindingAggregators": items, "NextToken": next}, nil
}

func getFindingAggregator(c *call, in hubInput) (any, error) {
	if err := c.subscribed(); err != nil {
		return nil, err
	}
	if c.aggregator() == "" || in.FindingAggregatorArn != c.aggregatorARN() {
		return nil, c.notFoundf("ResourceNotFoundException", "Finding aggregator %s not found", in.FindingAggregatorArn)
	}
	return object{"FindingAggregatorArn": c.aggregatorARN(), "FindingAggregationRegion": c.aggregator(), "RegionLinkingMode": "ALL_REGIONS"}, nil
}

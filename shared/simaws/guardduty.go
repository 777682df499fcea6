package simaws

import (
	"slices"
	"strconv"
	"time"
)

var _ = register(service{
	name: "guardduty", protocol: restJSON{}, invalid: "BadRequestException", badToken: "BadRequestException", throttled: "ThrottlingException",
	operations: []operation{
		op("ListDetectors", listDetectors).at("GET /detector"),
		op("ListFindings", listFindings).at("POST /detector/{DetectorId}/findings"),
		op("GetFindings", getFindings).at("POST /detector/{DetectorId}/findings/get"),
	},
})

type guardDutyInput struct {
	DetectorId, NextToken string
	MaxResults            *number
	FindingIds            []string
	FindingCriteria       struct{ Criterion map[string]threatCondition }
}

var guardDutyPages = limits{usual: 50, least: 1, most: 50}

func listDetectors(c *call, in guardDutyInput) (any, error) {
	detectors := []string{}
	if c.enabled() {
		detectors = append(detectors, c.detectorID())
	}
	items, next, err := page(c, detectors, in.NextToken, in.MaxResults, guardDutyPages)
	if err != nil {
		return nil, err
	}
	return object{"detectorIds": items, "nextToken": next}, nil
}

func (c *call) ownDetector(id string) error {
	if !c.enabled() || id != c.detectorID() {
		return c.failf("BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
	}
	return nil
}

func listFindings(c *call, in guardDutyInput) (any, error) {
	if err := c.ownDetector(in.DetectorId); err != nil {
		return nil, err
	}
	ids := []string{}
	for _, f := range c.threats() {
		matches, err := f.matches(c, in.FindingCriteria.Criterion)
		if err != nil {
			return nil, err
		}
		if matches {
			ids = append(ids, f.ID)
		}
	}
	items, next, err := page(c, ids, in.NextToken, in.MaxResults, guardDutyPages)
	if err != nil {
		return nil, err
	}
	return object{"findingIds": items, "nextToken": next}, nil
}

func getFindings(c *call, in guardDutyInput) (any, error) {
	if err := c.ownDetector(in.DetectorId); err != nil {
		return nil, err
	}
	if n := len(in.FindingIds); n == 0 || n > guardDutyPages.most {
		return nil, c.invalidf("The request is rejected because the number of findingIds, %d, is not between 1 and %d.", n, guardDutyPages.most)
	}
	found := []ThreatFinding{}
	for _, f := range c.threats() {
		if slices.Contains(in.FindingIds, f.ID) {
			found = append(found, f)
		}
	}
	return object{"findings": found}, nil
}

// threatCondition has the current operators and the deprecated short ones.
type threatCondition struct {
	GreaterThan, Gt, GreaterThanOrEqual, Gte, LessThan, Lt, LessThanOrEqual, Lte *int64
	Equals, Eq, NotEquals, Neq                                                   []string
}

func (f ThreatFinding) matches(c *call, criteria map[string]threatCondition) (bool, error) {
	for attribute, condition := range criteria {
		var ok bool
		switch attribute {
		case "updatedAt":
			ok = condition.admits(millis(f.UpdatedAt))
		case "createdAt":
			ok = condition.admits(millis(f.CreatedAt))
		case "severity":
			ok = condition.admits(int64(f.Severity))
		case "accountId":
			ok = condition.names(f.AccountID)
		case "region":
			ok = condition.names(f.Region)
		case "type":
			ok = condition.names(f.Type)
		case "id":
			ok = condition.names(f.ID)
		case "service.archived":
			ok = condition.names(strconv.FormatBool(f.Service.Archived))
		default:
			return false, c.invalidf("The request is rejected because an invalid or out-of-range value is specified as an input parameter: %s is not simulated.", attribute)
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

func millis(text string) int64 {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0 // an item that a test has set without a time matches no range
	}
	return t.UnixMilli()
}

func (t threatCondition) admits(v int64) bool {
	bound := func(short, long *int64, ok func(limit int64) bool) bool {
		return (short == nil || ok(*short)) && (long == nil || ok(*long))
	}
	return bound(t.Gt, t.GreaterThan, func(l int64) bool { return v > l }) &&
		bound(t.Gte, t.GreaterThanOrEqual, func(l int64) bool { return v >= l }) &&
		bound(t.Lt, t.LessThan, func(l int64) bool { return v < l }) &&
		bound(t.Lte, t.LessThanOrEqual, func(l int64) bool { return v <= l })
}

func (t threatCondition) names(v string) bool {
	wanted, unwanted := append(t.Equals, t.Eq...), append(t.NotEquals, t.Neq...)
	return (len(wanted) == 0 || slices.Contains(wanted, v)) && !slices.Contains(unwanted, v)
}

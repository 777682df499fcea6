package simaws

import (
	"slices"
	"strconv"
	"time"

	"view360/shared/simaws/wire"
)

var guardDutyService = service{
	name: "guardduty", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Throttled: "ThrottlingException", Invalid: "BadRequestException", BadToken: "BadRequestException"},
	operations: []operation{
		{name: "ListDetectors", route: "GET /detector", handle: handleInput(listDetectors)},
		{name: "GetDetector", route: "GET /detector/{DetectorId}", handle: handleInput(getDetector)},
		{name: "ListFindings", route: "POST /detector/{DetectorId}/findings", handle: handleInput(listFindings)},
		{name: "GetFindings", route: "POST /detector/{DetectorId}/findings/get", handle: handleInput(getFindings)},
	},
}

type guardDutyInput struct {
	DetectorId, NextToken string
	MaxResults            *number
	FindingIds            []string
	FindingCriteria       struct{ Criterion map[string]threatCondition }
}

var guardDutyPages = limits{usual: 50, least: 1, most: 50}

func listDetectors(c *call, in guardDutyInput) (any, error) {
	detectors := []string{}
	if c.isEnabled() {
		detectors = append(detectors, detectorID(c.location))
	}
	return answerPage(c, "detectorIds", detectors, "nextToken", in.NextToken, in.MaxResults, guardDutyPages)
}

func checkDetector(c *call, id string) error {
	if !c.isEnabled() || id != detectorID(c.location) {
		return c.newErrorf("BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
	}
	return nil
}

// getDetector answers for a suspended detector too: its old findings stay, and nothing new is found.
func getDetector(c *call, in guardDutyInput) (any, error) {
	if err := checkDetector(c, in.DetectorId); err != nil {
		return nil, err
	}
	status := "ENABLED"
	if c.isStopped() {
		status = "DISABLED"
	}
	return object{
		"status": status, "createdAt": formatISO(c.creationTime(c.account)), "updatedAt": formatISO(c.startOfYear()), "findingPublishingFrequency": "SIX_HOURS",
		"serviceRole": "arn:aws:iam::" + c.account.ID + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
	}, nil
}

func listFindings(c *call, in guardDutyInput) (any, error) {
	if err := checkDetector(c, in.DetectorId); err != nil {
		return nil, err
	}
	ids := []string{}
	for _, f := range findItems(c.location, generateThreats) {
		matches, err := f.matchesCriteria(c, in.FindingCriteria.Criterion)
		if err != nil {
			return nil, err
		}
		if matches {
			ids = append(ids, f.ID)
		}
	}
	return answerPage(c, "findingIds", ids, "nextToken", in.NextToken, in.MaxResults, guardDutyPages)
}

func getFindings(c *call, in guardDutyInput) (any, error) {
	if err := checkDetector(c, in.DetectorId); err != nil {
		return nil, err
	}
	if n := len(in.FindingIds); n == 0 || n > guardDutyPages.most {
		return nil, c.newInvalidf("The request is rejected because the number of findingIds, %d, is not between 1 and %d.", n, guardDutyPages.most)
	}
	found := []ThreatFinding{}
	for _, f := range findItems(c.location, generateThreats) {
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

func (f ThreatFinding) matchesCriteria(c *call, criteria map[string]threatCondition) (bool, error) {
	for attribute, condition := range criteria {
		var ok bool
		switch attribute {
		case "updatedAt":
			ok = condition.matchesNumber(parseMillis(f.UpdatedAt))
		case "createdAt":
			ok = condition.matchesNumber(parseMillis(f.CreatedAt))
		case "severity":
			ok = condition.matchesNumber(int64(f.Severity))
		case "accountId":
			ok = condition.matchesText(f.AccountID)
		case "region":
			ok = condition.matchesText(f.Region)
		case "type":
			ok = condition.matchesText(f.Type)
		case "id":
			ok = condition.matchesText(f.ID)
		case "service.archived":
			ok = condition.matchesText(strconv.FormatBool(f.Service.Archived))
		default:
			return false, c.newInvalidf("The request is rejected because an invalid or out-of-range value is specified as an input parameter: %s is not simulated.", attribute)
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

func parseMillis(text string) int64 {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0 // an item that a test has set without a time matches no range
	}
	return t.UnixMilli()
}

func (t threatCondition) matchesNumber(v int64) bool {
	bound := func(short, long *int64, ok func(limit int64) bool) bool {
		return (short == nil || ok(*short)) && (long == nil || ok(*long))
	}
	return bound(t.Gt, t.GreaterThan, func(l int64) bool { return v > l }) &&
		bound(t.Gte, t.GreaterThanOrEqual, func(l int64) bool { return v >= l }) &&
		bound(t.Lt, t.LessThan, func(l int64) bool { return v < l }) &&
		bound(t.Lte, t.LessThanOrEqual, func(l int64) bool { return v <= l })
}

func (t threatCondition) matchesText(v string) bool {
	wanted, unwanted := append(t.Equals, t.Eq...), append(t.NotEquals, t.Neq...)
	return (len(wanted) == 0 || slices.Contains(wanted, v)) && !slices.Contains(unwanted, v)
}

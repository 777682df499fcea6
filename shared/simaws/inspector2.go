package simaws

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var inspector2Service = service{
	name: "inspector2", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Throttled: "ThrottlingException"},
	operations: []operation{
		{name: "ListFindings", route: "POST /findings/list", handle: handleInput(listVulnerabilities)},
		{name: "BatchGetAccountStatus", route: "POST /status/batch/get", handle: handleInput(batchGetAccountStatus)},
	},
}

// Vulnerability is an Inspector finding.
type Vulnerability struct {
	FindingARN      string   `json:"findingArn"`
	AwsAccountID    string   `json:"awsAccountId"`
	Type            string   `json:"type"`
	Severity        string   `json:"severity"`
	Status          string   `json:"status"` // ACTIVE, SUPPRESSED or CLOSED
	Title           string   `json:"title"`
	Description     string   `json:"description"`
	FirstObservedAt Time     `json:"firstObservedAt"`
	LastObservedAt  Time     `json:"lastObservedAt"`
	UpdatedAt       Time     `json:"updatedAt"`
	Resources       []object `json:"resources"`
	Remediation     object   `json:"remediation"`
	Exploit         string   `json:"exploitAvailable"` // YES or NO
	Fix             string   `json:"fixAvailable"`     // YES, NO or PARTIAL
	EPSS            object   `json:"epss"`             // score
}

// Unscanned is a kind of resource that Inspector is not activated for: ec2, ecr, lambda or lambdaCode.
type Unscanned string

// vulnerabilityRetention is how many days of findings the region shows.
const vulnerabilityRetention = 90

func generateVulnerabilities(l *location) []Vulnerability {
	var found []Vulnerability
	for d := startOfDay(l.now).AddDate(0, 0, -vulnerabilityRetention); !d.After(l.now); d = d.AddDate(0, 0, 1) {
		for i := range max(1, int(7*l.account.sizeShare()*l.regionShare()*l.options.Volume)) {
			if v, begun := generateVulnerability(l, d, i); begun {
				found = append(found, v)
			}
		}
	}
	return found
}

func generateVulnerability(l *location, d time.Time, i int) (Vulnerability, bool) {
	r := l.newChance("inspector", d.Unix(), i)
	observed := r.timeWithin(d, d.Add(1*days))
	if observed.After(l.now) {
		return Vulnerability{}, false
	}
	cve, name := fmt.Sprintf("CVE-%d-%d", d.Year()-r.IntN(2), r.intBetween(1000, 59999)), pickOne(r, packages...)
	v := Vulnerability{
		FindingARN: l.newARN("inspector2", "finding/"+r.hexDigits(32)), AwsAccountID: l.account.ID, Type: "PACKAGE_VULNERABILITY",
		Severity: pickOne(r, "CRITICAL", "HIGH", "HIGH", "MEDIUM", "MEDIUM", "MEDIUM", "LOW", "INFORMATIONAL"), Status: "ACTIVE",
		Title: cve + " - " + name, Description: "A flaw was found in " + name + " that lets a local attacker read memory or stop the service.",
		FirstObservedAt: Time{Time: observed}, Remediation: object{"recommendation": object{"text": "None Provided"}},
		Resources: []object{{"type": pickOne(r, "AWS_EC2_INSTANCE", "AWS_ECR_CONTAINER_IMAGE", "AWS_LAMBDA_FUNCTION"), "id": "i-0" + r.hexDigits(16), "region": l.region}},
	}
	v.Exploit, v.Fix = pickOne(r, "YES", "NO", "NO"), pickOne(r, "YES", "YES", "NO", "PARTIAL")
	v.EPSS = object{"score": float64(r.intBetween(1, 97000)) / 100_000}
	closed := observed.Add(time.Duration(r.intBetween(10, 2400)) * time.Hour)
	last := observed.Add(l.now.Sub(observed).Truncate(7 * days)) // seen again by each weekly scan
	v.LastObservedAt, v.UpdatedAt = Time{Time: last}, Time{Time: last}
	if closed.Before(l.now) {
		v.Status, v.LastObservedAt, v.UpdatedAt = "CLOSED", Time{Time: closed}, Time{Time: closed}
	} else if r.oneIn(15) {
		v.Status = "SUPPRESSED"
	}
	return v, true
}

type inspectorInput struct {
	MaxResults     *number
	NextToken      string
	AccountIds     []string
	FilterCriteria map[string][]vulnerabilityFilter
}

type vulnerabilityFilter struct {
	Comparison, Value            string
	StartInclusive, EndInclusive *float64
}

// batchGetAccountStatus answers in accounts without Inspector too.
func batchGetAccountStatus(c *call, _ inspectorInput) (any, error) {
	status := "ENABLED"
	if !c.isEnabled() {
		status = "DISABLED"
	}
	state := object{"status": status, "errorCode": "ALREADY_ENABLED", "errorMessage": ""}
	states := object{"ec2": state, "ecr": state, "lambda": state, "lambdaCode": state}
	set, _ := findSetItems[Unscanned](c.location)
	for _, kind := range set {
		states[string(kind)] = object{"status": "DISABLED", "errorCode": "", "errorMessage": ""}
	}
	return object{"accounts": []object{{"accountId": c.account.ID, "state": state, "resourceState": states}}}, nil
}

func listVulnerabilities(c *call, in inspectorInput) (any, error) {
	if !c.isEnabled() {
		return nil, Failure(http.StatusForbidden, "AccessDeniedException", "Invoking account does not have access to call this API.")
	}
	found := []Vulnerability{}
	for _, v := range findItems(c.location, generateVulnerabilities) {
		ok, err := v.matchesCriteria(c, in.FilterCriteria)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, v)
		}
	}
	return answerPage(c, "findings", found, "nextToken", in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 100})
}

func (v Vulnerability) matchesCriteria(c *call, criteria map[string][]vulnerabilityFilter) (bool, error) {
	texts := map[string]string{"awsAccountId": v.AwsAccountID, "severity": v.Severity, "findingStatus": v.Status, "findingType": v.Type, "findingArn": v.FindingARN, "title": v.Title}
	times := map[string]time.Time{"updatedAt": v.UpdatedAt.Time, "firstObservedAt": v.FirstObservedAt.Time, "lastObservedAt": v.LastObservedAt.Time}
	for attribute, filters := range criteria {
		text, isText := texts[attribute]
		moment, isTime := times[attribute]
		if !isText && !isTime {
			return false, c.newInvalidf("Filter %s is not simulated", attribute)
		}
		if !slices.ContainsFunc(filters, func(f vulnerabilityFilter) bool {
			if isText {
				return findingFilter{Value: f.Value, Comparison: f.Comparison}.matchesText(text)
			}
			at := float64(moment.Unix())
			return (f.StartInclusive == nil || at >= *f.StartInclusive) && (f.EndInclusive == nil || at <= *f.EndInclusive)
		}) {
			return false, nil
		}
	}
	return true, nil
}

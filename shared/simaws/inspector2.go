package simaws

import (
	"fmt"
	"slices"
	"time"
)

var _ = register(service{
	name: "inspector2", protocol: restJSON{}, throttled: "ThrottlingException",
	operations: []operation{
		op("ListFindings", listVulnerabilities).at("POST /findings/list"),
		op("BatchGetAccountStatus", batchGetAccountStatus).at("POST /status/batch/get"),
	},
})

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
}

// vulnerabilityRetention is how many days of findings the region shows.
const vulnerabilityRetention = 90

func (c *call) vulnerabilities() []Vulnerability {
	return things(c, func() []Vulnerability {
		var found []Vulnerability
		for d := day(c.now).AddDate(0, 0, -vulnerabilityRetention); !d.After(c.now); d = d.AddDate(0, 0, 1) {
			for i := range max(1, int(7*c.account.size()*c.regionShare()*c.options.Volume)) {
				if v, begun := c.vulnerability(d, i); begun {
					found = append(found, v)
				}
			}
		}
		return found
	})
}

func (c *call) vulnerability(d time.Time, i int) (Vulnerability, bool) {
	r := c.draw("inspector", d.Unix(), i)
	observed := r.within(d, d.Add(1*days))
	if observed.After(c.now) {
		return Vulnerability{}, false
	}
	cve, name := fmt.Sprintf("CVE-%d-%d", d.Year()-r.IntN(2), r.between(1000, 59999)), pick(r, packages...)
	v := Vulnerability{
		FindingARN: c.arn("inspector2", "finding/"+r.hex(32)), AwsAccountID: c.account.ID, Type: "PACKAGE_VULNERABILITY",
		Severity: pick(r, "CRITICAL", "HIGH", "HIGH", "MEDIUM", "MEDIUM", "MEDIUM", "LOW", "INFORMATIONAL"), Status: "ACTIVE",
		Title: cve + " - " + name, Description: "A flaw was found in " + name + " that lets a local attacker read memory or stop the service.",
		FirstObservedAt: Time{observed}, Remediation: object{"recommendation": object{"text": "None Provided"}},
		Resources: []object{{"type": pick(r, "AWS_EC2_INSTANCE", "AWS_ECR_CONTAINER_IMAGE", "AWS_LAMBDA_FUNCTION"), "id": "i-0" + r.hex(16), "region": c.region}},
	}
	closed := observed.Add(time.Duration(r.between(10, 2400)) * time.Hour)
	last := observed.Add(c.now.Sub(observed).Truncate(7 * days)) // seen again by each weekly scan
	v.LastObservedAt, v.UpdatedAt = Time{last}, Time{last}
	if closed.Before(c.now) {
		v.Status, v.LastObservedAt, v.UpdatedAt = "CLOSED", Time{closed}, Time{closed}
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
	if !c.enabled() {
		status = "DISABLED"
	}
	state := object{"status": status, "errorCode": "ALREADY_ENABLED", "errorMessage": ""}
	return object{"accounts": []object{{"accountId": c.account.ID, "state": state, "resourceState": object{"ec2": state, "ecr": state, "lambda": state}}}}, nil
}

func listVulnerabilities(c *call, in inspectorInput) (any, error) {
	if !c.enabled() {
		return nil, &failure{status: 403, code: "AccessDeniedException", message: "Invoking account does not have access to call this API."}
	}
	found := []Vulnerability{}
	for _, v := range c.vulnerabilities() {
		ok, err := v.admitted(c, in.FilterCriteria)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, v)
		}
	}
	items, next, err := page(c, found, in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"findings": items, "nextToken": next}, nil
}

func (v Vulnerability) admitted(c *call, criteria map[string][]vulnerabilityFilter) (bool, error) {
	texts := map[string]string{"awsAccountId": v.AwsAccountID, "severity": v.Severity, "findingStatus": v.Status, "findingType": v.Type, "findingArn": v.FindingARN, "title": v.Title}
	times := map[string]time.Time{"updatedAt": v.UpdatedAt.Time, "firstObservedAt": v.FirstObservedAt.Time, "lastObservedAt": v.LastObservedAt.Time}
	for attribute, filters := range criteria {
		text, isText := texts[attribute]
		moment, isTime := times[attribute]
		if !isText && !isTime {
			return false, c.invalidf("Filter %s is not simulated", attribute)
		}
		if !slices.ContainsFunc(filters, func(f vulnerabilityFilter) bool {
			if isText {
				return findingFilter{Value: f.Value, Comparison: f.Comparison}.compares(text)
			}
			at := float64(moment.Unix())
			return (f.StartInclusive == nil || at >= *f.StartInclusive) && (f.EndInclusive == nil || at <= *f.EndInclusive)
		}) {
			return false, nil
		}
	}
	return true, nil
}

package simaws

import (
	"slices"
	"time"
)

var _ = register(service{
	name: "resiliencehub", protocol: restJSON{}, throttled: "ThrottlingException",
	operations: []operation{
		op("ListApps", listApps).at("GET /list-apps"),
		op("DescribeApp", describeApp).at("POST /describe-app"),
		op("ListAppAssessments", listAppAssessments).at("GET /list-app-assessments"),
		op("DescribeResiliencyPolicy", describeResiliencyPolicy).at("POST /describe-resiliency-policy"),
	},
})

// App is a Resilience Hub application and its latest assessment.
type App struct {
	ARN         string  `json:"appArn"`
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Created     Time    `json:"creationTime"`
	Compliance  string  `json:"complianceStatus"`
	Status      string  `json:"status"`
	Drift       string  `json:"driftStatus"`
	Schedule    string  `json:"assessmentSchedule"`
	Score       float64 `json:"resiliencyScore"`
	Assessed    *Time   `json:"lastAppComplianceEvaluationTime,omitempty"`
	RPO         *int    `json:"rpoInSecs,omitempty"`
	RTO         *int    `json:"rtoInSecs,omitempty"`

	PolicyARN   string  `json:"-"`
	MonthlyCost float64 `json:"-"` // US dollars, of the assessment
}

func (c *call) apps() []App {
	return things(c, func() []App {
		if c.account.Character == Sandbox || c.region != c.account.Regions[0] {
			return nil
		}
		var apps []App
		names := []string{"storefront", "checkout", "payments", "catalog", "search", "reporting", "identity", "warehouse"}
		for i := range min(len(names), c.count("apps", 8)) {
			r := c.draw("app", i)
			a := App{
				ARN: c.arn("resiliencehub", "app/"+r.uuid()), Name: names[i], Description: "The " + names[i] + " application", Created: Time{r.within(c.created(c.account), c.newYear())},
				Compliance: pick(r, "PolicyMet", "PolicyMet", "PolicyBreached", "ChangesDetected"), Status: "Active", Drift: "NotDetected", Schedule: "Daily",
				Score: cents(40 + 55*r.Float64()), PolicyARN: c.arn("resiliencehub", "resiliency-policy/"+r.uuid()), MonthlyCost: cents(200 + 4000*r.Float64()),
			}
			if r.oneIn(5) {
				a.Compliance, a.Score, a.Schedule = "NotAssessed", 0, "Disabled"
			} else {
				rpo, rto := pick(r, 300, 900, 3600, 14400), pick(r, 600, 1800, 7200)
				a.Assessed, a.RPO, a.RTO = at(day(c.now).Add(-time.Duration(r.between(1, 20))*time.Hour)), &rpo, &rto
			}
			apps = append(apps, a)
		}
		return apps
	})
}

type resilienceInput struct {
	AppArn, PolicyArn, NextToken string
	MaxResults                   *number
}

var resiliencePages = limits{usual: 20, least: 1, most: 100}

func listApps(c *call, in resilienceInput) (any, error) {
	items, next, err := page(c, c.apps(), in.NextToken, in.MaxResults, resiliencePages)
	if err != nil {
		return nil, err
	}
	return object{"appSummaries": items, "nextToken": next}, nil
}

func (c *call) findApp(what string, match func(App) bool) (App, error) {
	apps := c.apps()
	i := slices.IndexFunc(apps, match)
	if i < 0 {
		return App{}, c.notFoundf("ResourceNotFoundException", "%s not found", what)
	}
	return apps[i], nil
}

func describeApp(c *call, in resilienceInput) (any, error) {
	a, err := c.findApp(in.AppArn, func(a App) bool { return a.ARN == in.AppArn })
	if err != nil {
		return nil, err
	}
	return object{"app": struct {
		App
		PolicyARN string `json:"policyArn"`
	}{a, a.PolicyARN}}, nil
}

// listAppAssessments has the daily ones of the last month, the latest first.
func listAppAssessments(c *call, in resilienceInput) (any, error) {
	var assessments []object
	for _, a := range c.apps() {
		if in.AppArn != "" && a.ARN != in.AppArn || a.Assessed == nil {
			continue
		}
		for back := range 30 {
			end := a.Assessed.AddDate(0, 0, -back)
			assessments = append(assessments, object{
				"assessmentArn": c.arn("resiliencehub", "app-assessment/"+c.draw("assessment", a.Name, end.Unix()).uuid()), "appArn": a.ARN, "assessmentStatus": "Success",
				"complianceStatus": a.Compliance, "resiliencyScore": a.Score, "assessmentName": "daily-" + end.Format(time.DateOnly), "appVersion": "release",
				"startTime": Time{end.Add(-4 * time.Minute)}, "endTime": Time{end}, "invoker": "System",
				"cost": object{"amount": a.MonthlyCost, "currency": "USD", "frequency": "Monthly"},
			})
		}
	}
	items, next, err := page(c, assessments, in.NextToken, in.MaxResults, resiliencePages)
	if err != nil {
		return nil, err
	}
	return object{"assessmentSummaries": items, "nextToken": next}, nil
}

func describeResiliencyPolicy(c *call, in resilienceInput) (any, error) {
	a, err := c.findApp(in.PolicyArn, func(a App) bool { return a.PolicyARN == in.PolicyArn })
	if err != nil {
		return nil, err
	}
	target := object{"rpoInSecs": 3600, "rtoInSecs": 7200}
	return object{"policy": object{
		"policyArn": a.PolicyARN, "policyName": a.Name, "tier": "Critical", "creationTime": a.Created,
		"policy": object{"AZ": target, "Hardware": target, "Software": target, "Region": object{"rpoInSecs": 86400, "rtoInSecs": 86400}},
	}}, nil
}

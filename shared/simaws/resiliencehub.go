package simaws

import (
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var resilienceHubService = service{
	name: "resiliencehub", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Throttled: "ThrottlingException"},
	operations: []operation{
		{name: "ListApps", route: "GET /list-apps", handle: handleInput(listApps)},
		{name: "DescribeApp", route: "POST /describe-app", handle: handleInput(describeApp)},
		{name: "ListAppAssessments", route: "GET /list-app-assessments", handle: handleInput(listAppAssessments)},
		{name: "DescribeResiliencyPolicy", route: "POST /describe-resiliency-policy", handle: handleInput(describeResiliencyPolicy)},
	},
}

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
	Failure     string  `json:"-"` // of an assessment after it; "" for none
}

func generateApps(l *location) []App {
	if l.account.Character == Sandbox || l.region != l.account.Regions[0] {
		return nil
	}
	var apps []App
	names := []string{"storefront", "checkout", "payments", "catalog", "search", "reporting", "identity", "warehouse"}
	for i := range min(len(names), l.drawCount("apps", 8)) {
		r := l.newChance("app", i)
		a := App{
			ARN: l.newARN("resiliencehub", "app/"+r.newUUID()), Name: names[i], Description: "The " + names[i] + " application", Created: Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())},
			Compliance: pickOne(r, "PolicyMet", "PolicyMet", "PolicyBreached", "ChangesDetected"), Status: "Active", Drift: "NotDetected", Schedule: "Daily",
			Score: roundCents(40 + 55*r.Float64()), PolicyARN: l.newARN("resiliencehub", "resiliency-policy/"+r.newUUID()), MonthlyCost: roundCents(200 + 4000*r.Float64()),
		}
		if r.oneIn(5) {
			a.Compliance, a.Score, a.Schedule = "NotAssessed", 0, "Disabled"
		} else {
			rpo, rto := pickOne(r, 300, 900, 3600, 14400), pickOne(r, 600, 1800, 7200)
			a.Assessed, a.RPO, a.RTO = newTime(startOfDay(l.now).Add(-time.Duration(r.intBetween(1, 20))*time.Hour)), &rpo, &rto
		}
		apps = append(apps, a)
	}
	return apps
}

type resilienceInput struct {
	AppArn, PolicyArn, NextToken string
	AssessmentStatus             string // of several, the last
	MaxResults                   *number
}

var resiliencePages = limits{usual: 20, least: 1, most: 100}

func listApps(c *call, in resilienceInput) (any, error) {
	return answerPage(c, "appSummaries", findItems(c.location, generateApps), "nextToken", in.NextToken, in.MaxResults, resiliencePages)
}

func findApp(c *call, what string, match func(App) bool) (App, error) {
	apps := findItems(c.location, generateApps)
	i := slices.IndexFunc(apps, match)
	if i < 0 {
		return App{}, c.newNotFoundf("ResourceNotFoundException", "%s not found", what)
	}
	return apps[i], nil
}

func describeApp(c *call, in resilienceInput) (any, error) {
	a, err := findApp(c, in.AppArn, func(a App) bool { return a.ARN == in.AppArn })
	if err != nil {
		return nil, err
	}
	return object{"app": struct {
		App
		PolicyARN string `json:"policyArn"`
	}{a, a.PolicyARN}}, nil
}

// listAppAssessments returns the daily assessments of the last month, the latest first.
func listAppAssessments(c *call, in resilienceInput) (any, error) {
	var assessments []object
	for _, a := range findItems(c.location, generateApps) {
		if in.AppArn != "" && a.ARN != in.AppArn {
			continue
		}
		if a.Failure != "" && in.AssessmentStatus != "Success" {
			assessments = append(assessments, object{"assessmentArn": c.newARN("resiliencehub", "app-assessment/failed-"+a.Name), "appArn": a.ARN,
				"assessmentStatus": "Failed", "message": a.Failure, "invoker": "System"})
		}
		if a.Assessed == nil {
			continue
		}
		for back := range 30 {
			end := a.Assessed.AddDate(0, 0, -back)
			assessments = append(assessments, object{
				"assessmentArn": c.newARN("resiliencehub", "app-assessment/"+c.newChance("assessment", a.Name, end.Unix()).newUUID()), "appArn": a.ARN, "assessmentStatus": "Success",
				"complianceStatus": a.Compliance, "resiliencyScore": a.Score, "assessmentName": "daily-" + end.Format(time.DateOnly), "appVersion": "release",
				"startTime": Time{Time: end.Add(-4 * time.Minute)}, "endTime": Time{Time: end}, "invoker": "System",
				"cost": object{"amount": a.MonthlyCost, "currency": "USD", "frequency": "Monthly"},
			})
		}
	}
	return answerPage(c, "assessmentSummaries", assessments, "nextToken", in.NextToken, in.MaxResults, resiliencePages)
}

func describeResiliencyPolicy(c *call, in resilienceInput) (any, error) {
	a, err := findApp(c, in.PolicyArn, func(a App) bool { return a.PolicyARN == in.PolicyArn })
	if err != nil {
		return nil, err
	}
	target := object{"rpoInSecs": 3600, "rtoInSecs": 7200}
	return object{"policy": object{
		"policyArn": a.PolicyARN, "policyName": a.Name, "tier": "Critical", "creationTime": a.Created,
		"policy": object{"AZ": target, "Hardware": target, "Software": target, "Region": object{"rpoInSecs": 86400, "rtoInSecs": 86400}},
	}}, nil
}

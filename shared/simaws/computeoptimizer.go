package simaws

import (
	"cmp"
	"math"

	"view360/shared/simaws/wire"
)

var computeOptimizerService = service{
	name: "compute-optimizer", protocol: wire.CBOR{Namespace: "com.amazonaws.computeoptimizer"},
	codes: wire.ErrorCodes{Invalid: "InvalidParameterValueException", BadToken: "InvalidParameterValueException"},
	operations: []operation{
		{name: "GetEnrollmentStatus", handle: handleInput(getEnrollmentStatus)},
		{name: "GetEC2InstanceRecommendations", handle: handleInput(getInstanceRecommendations)},
		{name: "GetEBSVolumeRecommendations", handle: handleInput(getVolumeRecommendations)},
		{name: "GetLambdaFunctionRecommendations", handle: handleInput(getFunctionRecommendations)},
	},
}

type optimizerInput struct {
	NextToken  string
	MaxResults *number
}

// InstanceAdvice, VolumeAdvice and FunctionAdvice are recommendations with the API's member names.
type (
	InstanceAdvice object
	VolumeAdvice   object
	FunctionAdvice object
)

func getEnrollmentStatus(c *call, _ noInput) (any, error) {
	status := "Active"
	if !c.isEnabled() {
		status = "Inactive"
	}
	return object{"status": status, "lastUpdatedTimestamp": newTime(c.startOfYear()), "memberAccountsEnrolled": false}, nil
}

func cutAdvicePage[T any](c *call, in optimizerInput, member string, generate func(*location) []T) (any, error) {
	if !c.isEnabled() {
		return nil, c.newErrorf("OptInRequiredException", "Aws account %s is not registered for recommendation.", c.account.ID)
	}
	items, next, err := cutPage(c, findItems(c.location, generate), in.NextToken, in.MaxResults, limits{usual: 100, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{member: items, "nextToken": next, "errors": []object{}}, nil
}

// toSavings returns the monthly savings of an option.
func toSavings(percent, dollars float64) object {
	return object{"savingsOpportunityPercentage": roundCents(percent), "estimatedMonthlySavings": object{"currency": "USD", "value": roundCents(dollars)}}
}

func roundCents(v float64) float64 { return math.Round(v*100) / 100 }

// smaller is the next size down of common instance types.
var smaller = map[string]string{
	"t3.medium": "t3.small", "m6i.large": "t3.large", "m6i.xlarge": "m6i.large", "c6i.large": "c7g.medium", "r6g.2xlarge": "r6g.xlarge",
	"t4g.small": "t4g.micro", "m7g.large": "m7g.medium",
}

func getInstanceRecommendations(c *call, in optimizerInput) (any, error) {
	return cutAdvicePage(c, in, "instanceRecommendations", generateInstanceAdvice)
}

func generateInstanceAdvice(l *location) []InstanceAdvice {
	var advice []InstanceAdvice
	for _, i := range findItems(l, generateInstances) {
		r := l.newChance("advice", i.InstanceID)
		if i.ResourceType != "EC2Instance" || r.oneIn(3) {
			continue
		}
		cpu, memory := 4+60*r.Float64(), 20+60*r.Float64()
		finding, options := "OPTIMIZED", []object{}
		if cpu < 40 {
			finding = "OVER_PROVISIONED"
			for rank := 1; rank <= 3; rank++ {
				percent := 50 / float64(rank)
				options = append(options, object{
					"instanceType": cmp.Or(smaller[i.Type], i.Type), "rank": rank, "performanceRisk": float64(rank - 1),
					"migrationEffort": pickOne(r, "VeryLow", "Low", "Medium"), "savingsOpportunity": toSavings(percent, percent*r.Float64()*3),
				})
			}
		}
		advice = append(advice, InstanceAdvice{
			"accountId": l.account.ID, "instanceArn": l.newARN("ec2", "instance/"+i.InstanceID), "instanceName": i.ComputerName, "currentInstanceType": i.Type,
			"finding": finding, "instanceState": i.State, "lookBackPeriodInDays": 14.0, "lastRefreshTimestamp": newTime(startOfDay(l.now)), "recommendationOptions": options,
			"utilizationMetrics": []object{
				{"name": "CPU", "statistic": "MAXIMUM", "value": roundCents(cpu)}, {"name": "CPU", "statistic": "AVERAGE", "value": roundCents(cpu / 3)},
				{"name": "MEMORY", "statistic": "MAXIMUM", "value": roundCents(memory)}, {"name": "MEMORY", "statistic": "AVERAGE", "value": roundCents(memory * 0.7)},
			},
		})
	}
	return advice
}

func getVolumeRecommendations(c *call, in optimizerInput) (any, error) {
	return cutAdvicePage(c, in, "volumeRecommendations", generateVolumeAdvice)
}

func generateVolumeAdvice(l *location) []VolumeAdvice {
	var advice []VolumeAdvice
	for _, v := range findItems(l, generateVolumes) {
		r := l.newChance("advice", v.ID)
		if v.Type != "gp2" && !r.oneIn(4) {
			continue
		}
		configuration := func(kind string, size int) object {
			return object{"volumeType": kind, "volumeSize": size, "volumeBaselineIOPS": 3000, "volumeBaselineThroughput": 125}
		}
		finding, options := "Optimized", []object{}
		if v.Type == "gp2" {
			finding = "NotOptimized"
			options = append(options, object{"rank": 1, "performanceRisk": 1.0, "configuration": configuration("gp3", v.Size), "savingsOpportunity": toSavings(20, float64(v.Size)*0.02)})
		}
		advice = append(advice, VolumeAdvice{
			"accountId": l.account.ID, "volumeArn": l.newARN("ec2", "volume/"+v.ID), "finding": finding, "lookBackPeriodInDays": 14.0,
			"lastRefreshTimestamp": newTime(startOfDay(l.now)), "currentConfiguration": configuration(v.Type, v.Size), "volumeRecommendationOptions": options,
		})
	}
	return advice
}

func getFunctionRecommendations(c *call, in optimizerInput) (any, error) {
	return cutAdvicePage(c, in, "lambdaFunctionRecommendations", generateFunctionAdvice)
}

func generateFunctionAdvice(l *location) []FunctionAdvice {
	var advice []FunctionAdvice
	for _, f := range findItems(l, generateFunctions) {
		r := l.newChance("advice", f.FunctionName)
		if f.MemorySize < 512 || r.oneIn(3) {
			continue
		}
		advice = append(advice, FunctionAdvice{
			"accountId": l.account.ID, "functionArn": f.FunctionArn + ":$LATEST", "functionVersion": "$LATEST", "finding": "NotOptimized",
			"findingReasonCodes": []string{"MemoryOverprovisioned"}, "currentMemorySize": f.MemorySize, "numberOfInvocations": r.intBetween(50, 900_000),
			"lookbackPeriodInDays": 14.0, "lastRefreshTimestamp": newTime(startOfDay(l.now)),
			"utilizationMetrics": []object{
				{"name": "Memory", "statistic": "Maximum", "value": float64(f.MemorySize) * 0.4}, {"name": "Duration", "statistic": "Average", "value": roundCents(900 * r.Float64())},
			},
			"memorySizeRecommendationOptions": []object{{"rank": 1, "memorySize": f.MemorySize / 2, "savingsOpportunity": toSavings(25+20*r.Float64(), 12*r.Float64())}},
		})
	}
	return advice
}

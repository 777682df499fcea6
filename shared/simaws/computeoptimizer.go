package simaws

import "math"

var _ = register(service{
	name: "compute-optimizer", protocol: rpcCBOR{namespace: "com.amazonaws.computeoptimizer"},
	invalid: "InvalidParameterValueException", badToken: "InvalidParameterValueException",
	operations: []operation{
		op("GetEnrollmentStatus", getEnrollmentStatus),
		op("GetEC2InstanceRecommendations", getInstanceRecommendations),
		op("GetEBSVolumeRecommendations", getVolumeRecommendations),
		op("GetLambdaFunctionRecommendations", getFunctionRecommendations),
	},
})

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

func getEnrollmentStatus(c *call, _ nothing) (any, error) {
	status := "Active"
	if !c.enabled() {
		status = "Inactive"
	}
	return object{"status": status, "lastUpdatedTimestamp": at(c.newYear()), "memberAccountsEnrolled": false}, nil
}

func optimizerPage[T any](c *call, in optimizerInput, member string, generate func() []T) (any, error) {
	if !c.enabled() {
		return nil, c.failf("OptInRequiredException", "Aws account %s is not registered for recommendation.", c.account.ID)
	}
	items, next, err := page(c, things(c, generate), in.NextToken, in.MaxResults, limits{usual: 100, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{member: items, "nextToken": next, "errors": []object{}}, nil
}

// saving is what an option would save in a month.
func saving(percent, dollars float64) object {
	return object{"savingsOpportunityPercentage": cents(percent), "estimatedMonthlySavings": object{"currency": "USD", "value": cents(dollars)}}
}

func cents(v float64) float64 { return math.Round(v*100) / 100 }

// smaller is the next size down of common instance types.
var smaller = map[string]string{
	"t3.medium": "t3.small", "m6i.large": "t3.large", "m6i.xlarge": "m6i.large", "c6i.large": "c7g.medium", "r6g.2xlarge": "r6g.xlarge",
	"t4g.small": "t4g.micro", "m7g.large": "m7g.medium",
}

func getInstanceRecommendations(c *call, in optimizerInput) (any, error) {
	return optimizerPage(c, in, "instanceRecommendations", func() []InstanceAdvice {
		var advice []InstanceAdvice
		for _, i := range c.instances() {
			r := c.draw("advice", i.InstanceID)
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
						"instanceType": first(smaller[i.Type], i.Type), "rank": rank, "performanceRisk": float64(rank - 1),
						"migrationEffort": pick(r, "VeryLow", "Low", "Medium"), "savingsOpportunity": saving(percent, percent*r.Float64()*3),
					})
				}
			}
			advice = append(advice, InstanceAdvice{
				"accountId": c.account.ID, "instanceArn": c.arn("ec2", "instance/"+i.InstanceID), "instanceName": i.ComputerName, "currentInstanceType": i.Type,
				"finding": finding, "instanceState": i.State, "lookBackPeriodInDays": 14.0, "lastRefreshTimestamp": at(day(c.now)), "recommendationOptions": options,
				"utilizationMetrics": []object{
					{"name": "CPU", "statistic": "MAXIMUM", "value": cents(cpu)}, {"name": "CPU", "statistic": "AVERAGE", "value": cents(cpu / 3)},
					{"name": "MEMORY", "statistic": "MAXIMUM", "value": cents(memory)}, {"name": "MEMORY", "statistic": "AVERAGE", "value": cents(memory * 0.7)},
				},
			})
		}
		return advice
	})
}

func getVolumeRecommendations(c *call, in optimizerInput) (any, error) {
	return optimizerPage(c, in, "volumeRecommendations", func() []VolumeAdvice {
		var advice []VolumeAdvice
		for _, v := range c.volumes() {
			r := c.draw("advice", v.ID)
			if v.Type != "gp2" && !r.oneIn(4) {
				continue
			}
			configuration := func(kind string, size int) object {
				return object{"volumeType": kind, "volumeSize": size, "volumeBaselineIOPS": 3000, "volumeBaselineThroughput": 125}
			}
			finding, options := "Optimized", []object{}
			if v.Type == "gp2" {
				finding = "NotOptimized"
				options = append(options, object{"rank": 1, "performanceRisk": 1.0, "configuration": configuration("gp3", v.Size), "savingsOpportunity": saving(20, float64(v.Size)*0.02)})
			}
			advice = append(advice, VolumeAdvice{
				"accountId": c.account.ID, "volumeArn": c.arn("ec2", "volume/"+v.ID), "finding": finding, "lookBackPeriodInDays": 14.0,
				"lastRefreshTimestamp": at(day(c.now)), "currentConfiguration": configuration(v.Type, v.Size), "volumeRecommendationOptions": options,
			})
		}
		return advice
	})
}

func getFunctionRecommendations(c *call, in optimizerInput) (any, error) {
	return optimizerPage(c, in, "lambdaFunctionRecommendations", func() []FunctionAdvice {
		var advice []FunctionAdvice
		for _, f := range c.functions() {
			r := c.draw("advice", f.FunctionName)
			if f.MemorySize < 512 || r.oneIn(3) {
				continue
			}
			advice = append(advice, FunctionAdvice{
				"accountId": c.account.ID, "functionArn": f.FunctionArn + ":$LATEST", "functionVersion": "$LATEST", "finding": "NotOptimized",
				"findingReasonCodes": []string{"MemoryOverprovisioned"}, "currentMemorySize": f.MemorySize, "numberOfInvocations": r.between(50, 900_000),
				"lookbackPeriodInDays": 14.0, "lastRefreshTimestamp": at(day(c.now)),
				"utilizationMetrics": []object{
					{"name": "Memory", "statistic": "Maximum", "value": float64(f.MemorySize) * 0.4}, {"name": "Duration", "statistic": "Average", "value": cents(900 * r.Float64())},
				},
				"memorySizeRecommendationOptions": []object{{"rank": 1, "memorySize": f.MemorySize / 2, "savingsOpportunity": saving(25+20*r.Float64(), 12*r.Float64())}},
			})
		}
		return advice
	})
}

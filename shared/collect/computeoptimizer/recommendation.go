package computeoptimizer

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/computeoptimizer/types"

	"view360/shared/snapshot"
)

func toInstance(account string, r types.InstanceRecommendation) snapshot.Recommendation {
	to := snapshot.Recommendation{
		AccountID: account, ResourceType: "EC2", ResourceARN: aws.ToString(r.InstanceArn), ResourceName: r.InstanceName,
		Finding: snapshot.Text(r.Finding), CurrentInstanceType: r.CurrentInstanceType,
		CPUUtilizationMax:    findMetric(r.UtilizationMetrics, types.MetricNameCpu, types.MetricStatisticMaximum),
		MemoryUtilizationAvg: findMetric(r.UtilizationMetrics, types.MetricNameMemory, types.MetricStatisticAverage, types.MetricStatisticMaximum),
	}
	if option := findBest(r.RecommendationOptions, func(o types.InstanceRecommendationOption) int32 { return o.Rank }); option != nil {
		to.RecommendedInstanceType, to.MigrationEffort = option.InstanceType, snapshot.Text(option.MigrationEffort)
		to.PerformanceRisk = &option.PerformanceRisk
		setSavings(&to, option.SavingsOpportunity)
	}
	return to
}

func toVolume(account string, r types.VolumeRecommendation) snapshot.Recommendation {
	to := snapshot.Recommendation{
		AccountID: account, ResourceType: "EBS", ResourceARN: aws.ToString(r.VolumeArn), Finding: snapshot.Text(r.Finding),
	}
	to.CurrentVolumeType, to.CurrentVolumeSize = toVolumeSpec(r.CurrentConfiguration)
	if option := findBest(r.VolumeRecommendationOptions, func(o types.VolumeRecommendationOption) int32 { return o.Rank }); option != nil {
		to.RecommendedVolumeType, to.RecommendedVolumeSize = toVolumeSpec(option.Configuration)
		to.PerformanceRisk = &option.PerformanceRisk
		setSavings(&to, option.SavingsOpportunity)
	}
	return to
}

func toVolumeSpec(configuration *types.VolumeConfiguration) (kind *string, size *int) {
	if configuration == nil {
		return nil, nil
	}
	return configuration.VolumeType, aws.Int(int(configuration.VolumeSize))
}

func toFunction(account string, r types.LambdaFunctionRecommendation) snapshot.Recommendation {
	to := snapshot.Recommendation{
		AccountID: account, ResourceType: "Lambda", ResourceARN: aws.ToString(r.FunctionArn), ResourceName: functionName(aws.ToString(r.FunctionArn)),
		Finding: snapshot.Text(r.Finding), CurrentMemorySize: aws.Int(int(r.CurrentMemorySize)),
	}
	if option := findBest(r.MemorySizeRecommendationOptions, func(o types.LambdaFunctionMemoryRecommendationOption) int32 { return o.Rank }); option != nil {
		to.RecommendedMemorySize = aws.Int(int(option.MemorySize))
		setSavings(&to, option.SavingsOpportunity)
	}
	return to
}

// functionName returns the name in arn:aws:lambda:region:account:function:name:version: the API has no member for it.
func functionName(arn string) *string {
	const position = 6
	parts := strings.Split(arn, ":")
	if len(parts) <= position {
		return nil
	}
	return &parts[position]
}

// findBest returns the option of rank 1, otherwise the first one, or nil without options.
func findBest[Option any](options []Option, rank func(Option) int32) *Option {
	for i := range options {
		if rank(options[i]) == 1 {
			return &options[i]
		}
	}
	if len(options) == 0 {
		return nil
	}
	return &options[0]
}

func setSavings(to *snapshot.Recommendation, saving *types.SavingsOpportunity) {
	if saving == nil {
		return
	}
	to.SavingsPercentage = &saving.SavingsOpportunityPercentage
	amount := saving.EstimatedMonthlySavings
	if amount == nil {
		return
	}
	to.MonthlySavings, to.SavingsCurrency = &amount.Value, snapshot.Text(amount.Currency)
	if amount.Currency == types.CurrencyUsd {
		to.MonthlySavingsUSD = &amount.Value
	}
}

// findMetric returns the value of the first of the statistics that exists. The service writes names and statistics in
// capitals and in the spelling of the API reference.
func findMetric(metrics []types.UtilizationMetric, name types.MetricName, statistics ...types.MetricStatistic) *float64 {
	for _, statistic := range statistics {
		for _, m := range metrics {
			if strings.EqualFold(string(m.Name), string(name)) && strings.EqualFold(string(m.Statistic), string(statistic)) {
				return &m.Value
			}
		}
	}
	return nil
}

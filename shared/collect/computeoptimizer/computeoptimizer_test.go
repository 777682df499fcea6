package computeoptimizer_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/computeoptimizer"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "compute_optimizer"

func bench(t *testing.T, options simaws.Options) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, computeoptimizer.Collector, options)
}

func recommendations(t *testing.T, r collecttest.Result) []snapshot.Recommendation {
	t.Helper()
	return collecttest.Elements[snapshot.Recommendation](t, r, section)
}

func kinds(recommendations []snapshot.Recommendation) map[string]int {
	n := map[string]int{}
	for _, r := range recommendations {
		n[r.ResourceType]++
	}
	return n
}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, computeoptimizer.Collector, collecttest.Cases{
		Options: simaws.Options{Volume: 0.1},
		Pages: func(b *collecttest.Bench) (string, []string) {
			var ids []string
			add := func(kind string) string {
				ids = append(ids, fmt.Sprintf("%s-%d", kind, len(ids)))
				return ids[len(ids)-1]
			}
			instances, volumes, functions := make([]simaws.InstanceAdvice, 1010), make([]simaws.VolumeAdvice, 1010), make([]simaws.FunctionAdvice, 1010)
			for i := range instances {
				instances[i] = simaws.InstanceAdvice{"instanceArn": add("instance")}
			}
			for i := range volumes {
				volumes[i] = simaws.VolumeAdvice{"volumeArn": add("volume")}
			}
			for i := range functions {
				functions[i] = simaws.FunctionAdvice{"functionArn": add("function")}
			}
			simaws.Set(b.Organization, simaws.Place{}, instances...)
			simaws.Set(b.Organization, simaws.Place{}, volumes...)
			simaws.Set(b.Organization, simaws.Place{}, functions...)
			return section, ids
		},
		Empty: func(b *collecttest.Bench) {
			collecttest.Clear[simaws.InstanceAdvice](b)
			collecttest.Clear[simaws.VolumeAdvice](b)
			collecttest.Clear[simaws.FunctionAdvice](b)
		},
		Essential: []string{"GetEnrollmentStatus"},
		NotApplicable: []collecttest.NotApplicable{{
			Prepare: func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
			Status:  outcome.NotEnabled, Reason: "Compute Optimizer is Inactive: opt the account in",
		}},
		NoHistory: true,
	})
}

// advise makes one recommendation for each kind, with the API's member names.
func advise(b *collecttest.Bench, instance simaws.InstanceAdvice, volume simaws.VolumeAdvice, function simaws.FunctionAdvice) {
	everywhere := simaws.Place{}
	simaws.Set(b.Organization, everywhere, instance)
	simaws.Set(b.Organization, everywhere, volume)
	simaws.Set(b.Organization, everywhere, function)
}

type members = map[string]any

func ptr[T any](v T) *T { return &v }

func TestRecommendationFillsEveryMember(t *testing.T) { // D61
	b := bench(t, simaws.Options{})
	saving := func(percent, dollars float64) members {
		return members{"savingsOpportunityPercentage": percent, "estimatedMonthlySavings": members{"currency": "USD", "value": dollars}}
	}
	advise(b,
		simaws.InstanceAdvice{
			"instanceArn": "arn:aws:ec2:us-east-1:528416073925:instance/i-1", "instanceName": "web", "currentInstanceType": "m6i.xlarge", "finding": "OVER_PROVISIONED",
			"utilizationMetrics": []members{
				{"name": "CPU", "statistic": "AVERAGE", "value": 3.5}, {"name": "CPU", "statistic": "MAXIMUM", "value": 21.5},
				{"name": "MEMORY", "statistic": "MAXIMUM", "value": 60.5}, {"name": "MEMORY", "statistic": "AVERAGE", "value": 41.25},
			},
			"recommendationOptions": []members{
				{"rank": 2, "instanceType": "second", "performanceRisk": 3.0, "migrationEffort": "High", "savingsOpportunity": saving(10, 1)},
				{"rank": 1, "instanceType": "m6i.large", "performanceRisk": 1.0, "migrationEffort": "VeryLow", "savingsOpportunity": saving(50, 70.08)},
			},
		},
		simaws.VolumeAdvice{
			"volumeArn": "arn:aws:ec2:us-east-1:528416073925:volume/vol-1", "finding": "NotOptimized", "currentConfiguration": members{"volumeType": "gp2", "volumeSize": 100},
			"volumeRecommendationOptions": []members{{"rank": 1, "performanceRisk": 2.0, "configuration": members{"volumeType": "gp3", "volumeSize": 80}, "savingsOpportunity": saving(20, 2)}},
		},
		simaws.FunctionAdvice{
			"functionArn": "arn:aws:lambda:us-east-1:528416073925:function:resize:$LATEST", "finding": "NotOptimized", "currentMemorySize": 1024,
			"memorySizeRecommendationOptions": []members{{"rank": 1, "memorySize": 512, "savingsOpportunity": saving(31.5, 4.25)}},
		})
	want := []snapshot.Recommendation{
		{
			AccountID: collecttest.Production, ResourceType: "EC2", ResourceARN: "arn:aws:ec2:us-east-1:528416073925:instance/i-1", ResourceName: ptr("web"),
			Finding: ptr("OVER_PROVISIONED"), CurrentInstanceType: ptr("m6i.xlarge"), RecommendedInstanceType: ptr("m6i.large"),
			SavingsPercentage: ptr(50.0), MonthlySavingsUSD: ptr(70.08), PerformanceRisk: ptr(1.0), MigrationEffort: ptr("VeryLow"), MonthlySavings: ptr(70.08), SavingsCurrency: ptr("USD"),
			CPUUtilizationMax: ptr(21.5), MemoryUtilizationAvg: ptr(41.25),
		},
		{
			AccountID: collecttest.Production, ResourceType: "EBS", ResourceARN: "arn:aws:ec2:us-east-1:528416073925:volume/vol-1", Finding: ptr("NotOptimized"),
			CurrentVolumeType: ptr("gp2"), CurrentVolumeSize: ptr(100), RecommendedVolumeType: ptr("gp3"), RecommendedVolumeSize: ptr(80),
			SavingsPercentage: ptr(20.0), MonthlySavingsUSD: ptr(2.0), PerformanceRisk: ptr(2.0), MonthlySavings: ptr(2.0), SavingsCurrency: ptr("USD"),
		},
		{
			AccountID: collecttest.Production, ResourceType: "Lambda", ResourceARN: "arn:aws:lambda:us-east-1:528416073925:function:resize:$LATEST", ResourceName: ptr("resize"),
			Finding: ptr("NotOptimized"), CurrentMemorySize: ptr(1024), RecommendedMemorySize: ptr(512), SavingsPercentage: ptr(31.5), MonthlySavingsUSD: ptr(4.25), MonthlySavings: ptr(4.25), SavingsCurrency: ptr("USD"),
		},
	}
	if diff := cmp.Diff(want, recommendations(t, b.Passed())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOtherCurrencyIsNotDollars(t *testing.T) {
	b := bench(t, simaws.Options{})
	advise(b, simaws.InstanceAdvice{"instanceArn": "i", "finding": "OVER_PROVISIONED", "recommendationOptions": []members{{
		"rank": 1, "savingsOpportunity": members{"savingsOpportunityPercentage": 50, "estimatedMonthlySavings": members{"currency": "CNY", "value": 700}},
	}}}, simaws.VolumeAdvice{"volumeArn": "v", "finding": "Optimized"}, simaws.FunctionAdvice{"functionArn": "f", "finding": "Optimized", "currentMemorySize": 128})
	got := recommendations(t, b.Passed())[0]
	if got.MonthlySavingsUSD != nil || *got.MonthlySavings != 700 || *got.SavingsCurrency != "CNY" {
		t.Errorf("got %+v", got)
	}
}

func TestWhatFitsHasNoOption(t *testing.T) {
	b := bench(t, simaws.Options{})
	advise(b,
		simaws.InstanceAdvice{"instanceArn": "i", "finding": "OPTIMIZED", "utilizationMetrics": []members{{"name": "Memory", "statistic": "Maximum", "value": 60.5}}},
		simaws.VolumeAdvice{"volumeArn": "v", "finding": "Optimized"}, simaws.FunctionAdvice{"functionArn": "f", "finding": "Optimized", "currentMemorySize": 128})
	got := recommendations(t, b.Passed())
	for _, r := range got {
		if r.SavingsPercentage != nil || r.MonthlySavingsUSD != nil || r.PerformanceRisk != nil || r.RecommendedInstanceType != nil || r.CPUUtilizationMax != nil {
			t.Errorf("got %+v, want nulls", r)
		}
	}
	if *got[0].MemoryUtilizationAvg != 60.5 {
		t.Errorf("without an average got memory %v, want the maximum", *got[0].MemoryUtilizationAvg)
	}
}

func TestFailedKindLeavesTheOthers(t *testing.T) { // D61
	b := bench(t, simaws.Options{})
	b.Fault(simaws.Fault{Operation: "GetEBSVolumeRecommendations", Kind: simaws.Denied})
	result := b.Run()
	if result.Err != nil || result.Status != outcome.Warned || result.Reason != "denied compute-optimizer:GetEBSVolumeRecommendations" {
		t.Fatalf("got %+v, error %v", result.Outcome, result.Err)
	}
	if n := kinds(recommendations(t, result)); n["EC2"] == 0 || n["EBS"] != 0 || n["Lambda"] == 0 {
		t.Errorf("got %v, want instances and functions", n)
	}
}

func TestOneResourceFailsAlone(t *testing.T) {
	b := bench(t, simaws.Options{})
	b.Override(simaws.Answer{Service: "compute-optimizer", Operation: "GetEC2InstanceRecommendations", Give: func(simaws.Request) (any, error) {
		return members{
			"instanceRecommendations": []members{{"instanceArn": "good", "finding": "OPTIMIZED"}},
			"errors":                  []members{{"identifier": "bad", "code": "InternalError", "message": "try later"}},
		}, nil
	}})
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || result.Messages[0].Text != "reading the recommendation of bad: InternalError: try later" {
		t.Errorf("got %+v", result.Outcome)
	}
	if n := kinds(recommendations(t, result)); n["EC2"] != 1 {
		t.Errorf("got %v, want the one that could be read", n)
	}
}

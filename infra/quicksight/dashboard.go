package quicksight

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/watch"
)

// dashboard publishes the definition for viewers and authors, and gives authors the analysis to edit.
func (b *builder) dashboard(definition object, sets []awscdk.CfnResource) {
	// QuickSight checks more than it documents; a visual that it dislikes must not fail the deployment.
	lenient := object{"Mode": "LENIENT"}
	dashboard := b.resource("Dashboard", "Dashboard", object{
		"DashboardId": b.named("view360"), "Name": "View360", "Definition": definition, "ValidationStrategy": lenient,
		"Permissions": b.permissions(slices.Compact(slices.Sorted(slices.Values(slices.Concat(b.Viewers, b.Authors)))),
			"DescribeDashboard", "ListDashboardVersions", "QueryDashboard"),
		"DashboardPublishOptions": object{
			"AdHocFilteringOption": object{"AvailabilityStatus": "ENABLED"}, "ExportToCSVOption": object{"AvailabilityStatus": "ENABLED"},
			"SheetControlsOption": object{"VisibilityState": "EXPANDED"},
		},
	})
	after(dashboard, sets)
	if len(b.Authors) == 0 {
		return
	}
	analysis := b.resource("Analysis", "Analysis", object{
		"AnalysisId": b.named("view360"), "Name": "View360", "Definition": definition, "ValidationStrategy": lenient,
		"Permissions": b.permissions(b.Authors, "RestoreAnalysis", "UpdateAnalysisPermissions", "DeleteAnalysis", "QueryAnalysis",
			"DescribeAnalysisPermissions", "DescribeAnalysis", "UpdateAnalysis"),
	})
	after(analysis, sets)
}

// after makes a resource wait for the data sets, which it names by their ARNs.
func after(r awscdk.CfnResource, sets []awscdk.CfnResource) {
	for _, set := range sets {
		r.AddResourceDependency(set, nil)
	}
}

// watch tells when a copy to SPICE fails: dashboards then show yesterday's data.
func (b *builder) watch() {
	failed := awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(`SELECT SUM(IngestionErrorCount) FROM SCHEMA("AWS/QuickSight", DataSetId)`),
		Label:      jsii.String("failed refreshes"), Period: awscdk.Duration_Hours(jsii.Number(1)),
	})
	b.hub.Watch().Add(b.Stack, "RefreshFailed", "a data set of QuickSight could not be refreshed and dashboards show older data: its refresh history in QuickSight says why",
		watch.Above(failed, 0, 1))
}

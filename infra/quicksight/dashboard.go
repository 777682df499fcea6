package quicksight

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// newDashboard creates the dashboard for viewers and authors, and an analysis for authors to edit.
func (b *builder) newDashboard(definition object, sets []awscdk.CfnResource) {
	// QuickSight has undocumented checks; a visual that fails one must not fail the deployment.
	lenient := object{"Mode": "LENIENT"}
	dashboard := b.newResource("Dashboard", "Dashboard", object{
		"DashboardId": b.buildID("view360"), "Name": "View360", "Definition": definition, "ValidationStrategy": lenient,
		"Permissions": b.buildPermissions(slices.Compact(slices.Sorted(slices.Values(slices.Concat(b.Viewers, b.Authors)))),
			"DescribeDashboard", "ListDashboardVersions", "QueryDashboard"),
		"DashboardPublishOptions": object{
			"AdHocFilteringOption": object{"AvailabilityStatus": "ENABLED"}, "ExportToCSVOption": object{"AvailabilityStatus": "ENABLED"},
			"SheetControlsOption": object{"VisibilityState": "EXPANDED"},
		},
	})
	addDependencies(dashboard, sets)
	if len(b.Authors) == 0 {
		return
	}
	analysis := b.newResource("Analysis", "Analysis", object{
		"AnalysisId": b.buildID("view360"), "Name": "View360", "Definition": definition, "ValidationStrategy": lenient,
		"Permissions": b.buildPermissions(b.Authors, "RestoreAnalysis", "UpdateAnalysisPermissions", "DeleteAnalysis", "QueryAnalysis",
			"DescribeAnalysisPermissions", "DescribeAnalysis", "UpdateAnalysis"),
	})
	addDependencies(analysis, sets)
}

// addDependencies makes a resource depend on the data sets, which it references by ARN only.
func addDependencies(r awscdk.CfnResource, sets []awscdk.CfnResource) {
	for _, set := range sets {
		r.AddResourceDependency(set, nil)
	}
}

package quicksight

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/quicksight/dataset"
	"view360/infra/watch"
)

// newDataSet creates the data set of a name and its daily refresh, n minutes after the first. rules is the ARN of the row
// rules or "".
func (b *builder) newDataSet(source, rules, name string, n int) awscdk.CfnResource {
	set, known := dataset.Lookup(name)
	if !known {
		panic("no data set " + name) // a test of package board checks the names
	}
	properties := b.buildQuery(source, name, set.SQL(), set.Columns())
	if rules != "" {
		b.limitRows(properties, name, rules)
	}
	created := b.newResource(toLogicalID(name), "DataSet", properties)
	b.newRefresh(created, name, n)
	return created
}

// formatDataSetARN returns the ARN as text, without CloudFormation functions: the CDK would check a definition with many
// of them for more than a minute.
func (b *builder) formatDataSetARN(name string) string {
	partition := regioninfo.RegionInfo_Get(b.Region()).Partition()
	return fmt.Sprintf("arn:%s:quicksight:%s:%s:dataset/%s", *partition, *b.Region(), *b.Account(), b.buildID(toDashed(name)))
}

// buildQuery returns the properties of a data set with the result of a SQL statement.
func (b *builder) buildQuery(source, name, statement string, columns []dataset.Column) object {
	declared := []any{}
	for _, c := range columns {
		declared = append(declared, object{"Name": c.Name, "Type": string(c.Type)})
	}
	mode := "SPICE"
	if b.DirectQuery {
		mode = "DIRECT_QUERY"
	}
	return object{
		"DataSetId": b.buildID(toDashed(name)), "Name": name, "ImportMode": mode,
		"PhysicalTableMap": object{toDashed(name): object{"CustomSql": object{
			"DataSourceArn": source, "Name": name, "SqlQuery": statement, "Columns": declared,
		}}},
		// Otherwise a deployment waits for the first copy, and fails if there is no data yet.
		"IngestionWaitPolicy": object{"WaitForSpiceIngestion": false},
		"Permissions": b.buildPermissions(b.Authors, "DescribeDataSet", "DescribeDataSetPermissions", "PassDataSet",
			"DescribeIngestion", "ListIngestions"),
	}
}

// refreshGap is the time between the refreshes of two data sets, so that a small database runs one at a time.
const refreshGap = time.Minute

// newRefresh creates the schedule that copies the data set to SPICE once a day, unless queries are direct.
func (b *builder) newRefresh(set awscdk.CfnResource, name string, n int) {
	if b.DirectQuery {
		return
	}
	first, err := time.Parse("15:04", b.RefreshAt)
	if err != nil {
		panic(fmt.Sprintf("refresh time: %v", err)) // package config checks it
	}
	schedule := b.newResource(toLogicalID(name)+"Refresh", "RefreshSchedule", object{
		"DataSetId": b.buildID(toDashed(name)),
		"Schedule": object{
			"ScheduleId": "daily", "RefreshType": "FULL_REFRESH",
			"ScheduleFrequency": object{
				"Interval": "DAILY", "TimeZone": b.hub.Config.Collection.Schedules.TimeZone, "TimeOfTheDay": first.Add(time.Duration(n) * refreshGap).Format("15:04"),
			},
		},
	})
	schedule.AddResourceDependency(set, nil)
	b.newRefreshAlarm(name)
}

// newRefreshAlarm creates the alarm for failed copies of a data set to SPICE, after which dashboards show old data. The
// metric of all data sets together would count those of other products in the account too.
// Source: https://docs.aws.amazon.com/quicksight/latest/user/monitoring-quicksight.html
func (b *builder) newRefreshAlarm(name string) {
	failed := awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/QuickSight"), MetricName: jsii.String("IngestionErrorCount"), Statistic: jsii.String("Sum"),
		DimensionsMap: &map[string]*string{"DataSetId": jsii.String(b.buildID(toDashed(name)))}, Period: awscdk.Duration_Hours(jsii.Number(1)),
	})
	b.hub.Alarms().Add(b.Stack, toLogicalID(name)+"RefreshFailed", "the QuickSight data set "+name+
		" could not be refreshed and dashboards show old data: read its refresh history in QuickSight", watch.Above(failed, 0, 1))
}

// toDashed returns a view's name as an id, with hyphens instead of underscores.
func toDashed(name string) string { return strings.ReplaceAll(name, "_", "-") }

// toLogicalID returns a view's name as a logical id, such as ViewKmsKeys for view_kms_keys.
func toLogicalID(name string) string {
	var id strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}

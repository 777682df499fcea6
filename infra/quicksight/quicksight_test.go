package quicksight

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/analytics"
	"view360/infra/config"
	"view360/infra/quicksight/board"
	"view360/infra/quicksight/dataset"
	"view360/infra/synthtest"
	"view360/shared/apimodel"
	"view360/shared/pgtest"
)

func TestMain(m *testing.M) { synthtest.Main(m) }

// synthesize returns the template of the stack, with a hub that has only the resources that dashboards need.
func synthesize(f config.QuickSight) synthtest.Template {
	app := awscdk.NewApp(nil)
	props := &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}}
	stack := awscdk.NewStack(app, jsii.String("hub"), props)
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		NatGateways:         jsii.Number(0),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{{Name: jsii.String("isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}},
	})
	hub := &analytics.Hub{
		Stack: stack, Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil),
		Config:  config.Config{Name: "View360", QuickSight: &f, Collection: config.Collection{Schedules: config.Schedules{TimeZone: "Europe/Berlin"}}},
		Network: analytics.Network{Vpc: vpc, Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}},
		Database: analytics.Database{
			Group: awsec2.NewSecurityGroup(stack, jsii.String("Group"), &awsec2.SecurityGroupProps{Vpc: vpc}),
			Host:  jsii.String("db.example.com"), Port: 5432, Name: "core",
		},
		DashboardSecret: jsii.String("arn:aws:secretsmanager:eu-west-1:111122223333:secret:dashboards"),
	}
	return synthtest.Read(NewStack(app, "View360-quicksight", hub, props))
}

// full is the stack with all options.
var full = sync.OnceValue(func() synthtest.Template {
	return synthesize(config.QuickSight{
		Viewers: []string{"readers"}, Authors: []string{"analysts"}, IdentityRegion: "us-east-1", RefreshAt: "23:50",
		Rows: []config.RowRule{{Group: "analysts"}, {Group: "readers", Customer: "O'Neill", Partner: "north"}},
	})
})

// direct is the smallest stack, without SPICE.
var direct = sync.OnceValue(func() synthtest.Template {
	return synthesize(config.QuickSight{Viewers: []string{"readers"}, DirectQuery: true, ExistingSecretsRole: true})
})

func TestStackHasConnectionSourceAndDashboard(t *testing.T) { // A10
	full := full()
	for kind, want := range map[string]int{
		"AWS::QuickSight::VPCConnection": 1, "AWS::QuickSight::DataSource": 1, "AWS::QuickSight::Dashboard": 1, "AWS::QuickSight::Analysis": 1,
		"AWS::QuickSight::DataSet": len(board.DataSets()) + 1, "AWS::QuickSight::RefreshSchedule": len(board.DataSets()) + 1,
		"AWS::CloudWatch::Alarm": len(board.DataSets()) + 1,
	} {
		if got := len(full.FindAll(kind)); got != want {
			t.Errorf("%d %s, want %d", got, kind, want)
		}
	}
	source := full.FindAll("AWS::QuickSight::DataSource")[0].Properties
	if credentials := synthtest.ToJSON(source["Credentials"]); !strings.Contains(credentials, "SecretArn") || strings.Contains(credentials, "Password") {
		t.Errorf("credentials %s, want a secret", credentials)
	}
	if tls := synthtest.ToJSON(source["SslProperties"]); tls != `{"DisableSsl":false}` {
		t.Errorf("TLS: %s", tls)
	}
	if !strings.Contains(synthtest.ToJSON(source["VpcConnectionProperties"]), "Connection") {
		t.Error("the data source does not use the network connection")
	}
}

func TestDashboardHasEveryVisual(t *testing.T) { // A10
	sheets := full().FindAll("AWS::QuickSight::Dashboard")[0].Properties["Definition"].(object)["Sheets"].([]any)
	visuals := map[string]int{}
	for _, s := range sheets {
		visuals[s.(object)["Name"].(string)] = len(s.(object)["Visuals"].([]any))
	}
	if len(sheets) < 4 || visuals["Overview"]+visuals["Cost"]+visuals["Security"]+visuals["Resilience"] < 57 {
		t.Errorf("visuals of the sheets: %v", visuals)
	}
}

// The definition has the ARNs of data sets as text, from which CloudFormation cannot derive dependencies.
func TestDashboardWaitsForItsDataSets(t *testing.T) {
	for _, kind := range []string{"AWS::QuickSight::Dashboard", "AWS::QuickSight::Analysis"} {
		waits := synthtest.ToJSON(full().FindAll(kind)[0].DependsOn)
		for _, name := range board.DataSets() {
			if !strings.Contains(waits, `"`+toLogicalID(name)+`"`) {
				t.Errorf("%s does not wait for %s", kind, name)
			}
		}
	}
	definition := synthtest.ToJSON(full().FindAll("AWS::QuickSight::Dashboard")[0].Properties["Definition"])
	for _, r := range full().FindAll("AWS::QuickSight::DataSet") {
		arn := "arn:aws:quicksight:eu-west-1:111122223333:dataset/" + r.Properties["DataSetId"].(string)
		if r.Properties["Name"] != "row_rules" && !strings.Contains(definition, `"`+arn+`"`) {
			t.Errorf("the dashboard does not use %s", arn)
		}
	}
}

func TestDataSetsHaveExplicitColumns(t *testing.T) { // A10
	for _, r := range full().FindAll("AWS::QuickSight::DataSet") {
		name := r.Properties["Name"].(string)
		for _, table := range r.Properties["PhysicalTableMap"].(object) {
			query := table.(object)["CustomSql"].(object)
			set, known := dataset.Lookup(name)
			if got := len(query["Columns"].([]any)); known && got != len(set.Columns()) || got == 0 {
				t.Errorf("%s has %d columns", name, got)
			}
			if strings.Contains(query["SqlQuery"].(string), "select *\n") {
				t.Errorf("%s selects whatever is there", name)
			}
		}
	}
}

func TestPermissionsAreForConfiguredGroups(t *testing.T) { // A10
	allowed := []string{"arn:aws:quicksight:us-east-1:111122223333:group/default/readers", "arn:aws:quicksight:us-east-1:111122223333:group/default/analysts"}
	for id, r := range full().Resources {
		granted, _ := r.Properties["Permissions"].([]any)
		for _, p := range granted {
			principal := resolved(p.(object)["Principal"])
			if !slices.Contains(allowed, principal) {
				t.Errorf("%s is granted to %s", id, principal)
			}
			if principal == allowed[0] && r.Type != "AWS::QuickSight::Dashboard" {
				t.Errorf("viewers have %v of %s", p.(object)["Actions"], id)
			}
		}
	}
}

// resolved is a text with the partition of AWS.
func resolved(v any) string {
	join, is := v.(object)
	if !is {
		return v.(string)
	}
	var whole strings.Builder
	for _, part := range join["Fn::Join"].([]any)[1].([]any) {
		if words, is := part.(string); is {
			whole.WriteString(words)
			continue
		}
		whole.WriteString("aws")
	}
	return whole.String()
}

func TestDataSetsRefreshDailyOneAfterAnother(t *testing.T) {
	times := map[string]bool{}
	for _, r := range full().FindAll("AWS::QuickSight::RefreshSchedule") {
		frequency := r.Properties["Schedule"].(object)["ScheduleFrequency"].(object)
		times[frequency["TimeOfTheDay"].(string)] = true
		if frequency["Interval"] != "DAILY" || frequency["TimeZone"] != "Europe/Berlin" {
			t.Errorf("refreshed %v", frequency)
		}
	}
	if len(times) != len(board.DataSets()) || !times["23:50"] || !times["00:10"] {
		t.Errorf("refreshed at %v", slices.Sorted(maps.Keys(times)))
	}
}

func TestEachDataSetHasARefreshAlarm(t *testing.T) {
	watched := map[string]bool{}
	for _, alarm := range full().FindAll("AWS::CloudWatch::Alarm") {
		for _, dimension := range alarm.Properties["Dimensions"].([]any) {
			watched[dimension.(object)["Value"].(string)] = true
		}
	}
	sets := full().FindAll("AWS::QuickSight::DataSet")
	for _, set := range sets {
		if id := set.Properties["DataSetId"].(string); !watched[id] {
			t.Errorf("a failed refresh of %s causes no alarm", id)
		}
	}
	if len(watched) != len(sets) {
		t.Errorf("%d alarms for %d data sets", len(watched), len(sets))
	}
}

func TestDirectQueryIsTheSmallerStack(t *testing.T) {
	direct := direct()
	for _, kind := range []string{"AWS::QuickSight::RefreshSchedule", "AWS::CloudWatch::Alarm", "AWS::QuickSight::Analysis"} {
		if got := len(direct.FindAll(kind)); got != 0 {
			t.Errorf("%d %s, want none", got, kind)
		}
	}
	for _, r := range direct.FindAll("AWS::QuickSight::DataSet") {
		if r.Properties["ImportMode"] != "DIRECT_QUERY" || r.Properties["SemanticModelConfiguration"] != nil {
			t.Errorf("%s is %v", r.Properties["Name"], r.Properties["ImportMode"])
		}
	}
	for _, r := range direct.FindAll("AWS::IAM::Role") {
		if r.Properties["RoleName"] != nil {
			t.Errorf("makes the role %v, which exists", r.Properties["RoleName"])
		}
	}
}

func TestRowsAreLimitedByCustomerAndPartner(t *testing.T) {
	for _, r := range full().FindAll("AWS::QuickSight::DataSet") {
		limited := synthtest.ToJSON(r.Properties["SemanticModelConfiguration"])
		if r.Properties["Name"] == "row_rules" {
			want := `from (values ('analysts'::text, null::text, null::text), ('readers'::text, 'O''Neill'::text, 'north'::text))`
			query := r.Properties["PhysicalTableMap"].(object)["row-rules"].(object)["CustomSql"].(object)["SqlQuery"].(string)
			if !strings.Contains(query, want) {
				t.Errorf("rules: %s", query)
			}
			continue
		}
		if !strings.Contains(limited, "RowRules") || !strings.Contains(limited, "GRANT_ACCESS") || r.Properties["RowLevelPermissionDataSet"] != nil {
			t.Errorf("%s is limited by %s", r.Properties["Name"], limited)
		}
	}
}

func TestNetworkAllowsTheDatabaseAlone(t *testing.T) {
	for id, r := range full().Resources {
		if strings.Contains(synthtest.ToJSON(r.Properties), "0.0.0.0/0") {
			t.Errorf("%s is open to the world", id)
		}
	}
	for _, r := range full().FindAll("AWS::EC2::SecurityGroupEgress") {
		if r.Properties["ToPort"] != 5432.0 {
			t.Errorf("QuickSight may reach port %v", r.Properties["ToPort"])
		}
	}
}

func TestRulesAreReadByPostgreSQL(t *testing.T) {
	t.Parallel()
	conn := pgtest.Conn(t)
	rows, err := conn.Query(t.Context(), buildRulesQuery([]config.RowRule{{Group: "a"}, {Group: "b", Customer: "O'Neill; drop table accounts"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for _, f := range rows.FieldDescriptions() {
		names = append(names, f.Name)
	}
	if want := []string{"GroupName", "account_customer", "account_partner"}; !slices.Equal(names, want) {
		t.Errorf("columns %v, want %v", names, want)
	}
}

// What CloudFormation passes on to QuickSight's API is what its model takes.
func TestResourcesAreThoseThatTheAPITakes(t *testing.T) {
	model, err := apimodel.Find("quicksight")
	if err != nil {
		t.Fatal(err)
	}
	for operation, kind := range map[string]string{
		"CreateDataSet": "DataSet", "CreateDataSource": "DataSource", "CreateRefreshSchedule": "RefreshSchedule",
	} {
		found := full().FindAll("AWS::QuickSight::" + kind)
		if len(found) == 0 {
			t.Errorf("no %s", kind)
		}
		for _, r := range found {
			request := resolve(r.Properties).(object)
			request["AwsAccountId"] = "111122223333"
			delete(request, "IngestionWaitPolicy") // CloudFormation's own
			if err := model.Check(operation, []byte(synthtest.ToJSON(request))); err != nil {
				t.Errorf("%s %v: %v", kind, request["Name"], err)
			}
		}
	}
}

// resolve returns a copy of a part of a template with an ARN in place of each function of CloudFormation.
func resolve(part any) any {
	switch part := part.(type) {
	case object:
		resolved := object{}
		for name, value := range part {
			if strings.HasPrefix(name, "Fn::") || name == "Ref" {
				return "arn:aws:x:eu-west-1:111122223333:y"
			}
			resolved[name] = resolve(value)
		}
		return resolved
	case []any:
		resolved := make([]any, len(part))
		for i, value := range part {
			resolved[i] = resolve(value)
		}
		return resolved
	default:
		return part
	}
}

package price

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Resources are what a deployment creates in the hub, and in each other account.
type Resources struct {
	Hub     Fixed `json:"hub"`
	Account Fixed `json:"account"`
}

// Fixed are the resources that are paid for by time, used or not.
type Fixed struct {
	AlarmMetrics  float64 `json:"alarm_metrics"` // of all alarms: an alarm costs as many as it reads
	Dashboards    float64 `json:"dashboards"`
	Keys          float64 `json:"keys"`
	Secrets       float64 `json:"secrets"`
	EndpointZones float64 `json:"endpoint_zones"` // interface endpoints, counted in each zone
	Instances     float64 `json:"instances"`      // t4g.micro
	VolumeGB      float64 `json:"volume_gb"`
	MetricFilters float64 `json:"metric_filters"` // each makes a metric
	FlowLogs      float64 `json:"flow_logs"`
	Pollers       float64 `json:"pollers"`   // Lambda's, of queues
	Databases     float64 `json:"databases"` // instances of the cluster
	MinACUs       float64 `json:"min_acus"`  // of each of them, never paused
}

// Add adds other to f.
func (f *Fixed) Add(other Fixed) {
	f.AlarmMetrics += other.AlarmMetrics
	f.Dashboards += other.Dashboards
	f.Keys += other.Keys
	f.Secrets += other.Secrets
	f.EndpointZones += other.EndpointZones
	f.Instances += other.Instances
	f.VolumeGB += other.VolumeGB
	f.MetricFilters += other.MetricFilters
	f.FlowLogs += other.FlowLogs
	f.Pollers += other.Pollers
	f.Databases += other.Databases
	f.MinACUs += other.MinACUs
}

// properties are those of a resource of a template.
type properties map[string]any

// kind is how AWS charges for a type of resource: by time, which add counts; by use, in lines of the bill; or not at all.
type kind struct {
	add   func(*Fixed, properties) error
	lines string // of the bill, for what is used
	free  string // why it costs nothing
}

// The reasons why a type costs nothing.
const (
	settings = "a setting of another resource"
	identity = "IAM is free"
	network  = "networks are free, except endpoints, gateways and traffic between zones"
)

// kinds has every type of resource in the templates. A test fails for a type that is missing.
var kinds = map[string]kind{
	"AWS::CloudFormation::StackSet":         {free: "for the types of AWS"},
	"AWS::CloudWatch::Alarm":                {add: addAlarm},
	"AWS::CloudWatch::Dashboard":            {add: func(f *Fixed, _ properties) error { f.Dashboards++; return nil }},
	"AWS::EC2::FlowLog":                     {add: func(f *Fixed, _ properties) error { f.FlowLogs++; return nil }},
	"AWS::EC2::Instance":                    {add: addInstance},
	"AWS::EC2::RouteTable":                  {free: network},
	"AWS::EC2::SecurityGroup":               {free: network},
	"AWS::EC2::SecurityGroupEgress":         {free: network},
	"AWS::EC2::SecurityGroupIngress":        {free: network},
	"AWS::EC2::Subnet":                      {free: network},
	"AWS::EC2::SubnetRouteTableAssociation": {free: network},
	"AWS::EC2::VPC":                         {free: network},
	"AWS::EC2::VPCEndpoint":                 {add: addEndpoint},
	"AWS::Events::Rule":                     {free: "for the events of AWS services"},
	"AWS::IAM::InstanceProfile":             {free: identity},
	"AWS::IAM::ManagedPolicy":               {free: identity},
	"AWS::IAM::Policy":                      {free: identity},
	"AWS::IAM::Role":                        {free: identity},
	"AWS::KMS::Alias":                       {free: settings},
	"AWS::KMS::Key":                         {add: func(f *Fixed, _ properties) error { f.Keys++; return nil }, lines: "KMS"},
	"AWS::Lambda::EventInvokeConfig":        {free: settings},
	"AWS::Lambda::EventSourceMapping":       {add: func(f *Fixed, _ properties) error { f.Pollers++; return nil }},
	"AWS::Lambda::Function":                 {lines: "Lambda, Logs and metrics, Traces"},
	"AWS::Lambda::Permission":               {free: settings},
	"AWS::Logs::LogGroup":                   {lines: "Logs and metrics"},
	"AWS::Logs::MetricFilter":               {add: func(f *Fixed, _ properties) error { f.MetricFilters++; return nil }},
	"AWS::Logs::ResourcePolicy":             {free: settings},
	"AWS::QuickSight::Analysis":             {lines: "QuickSight"},
	"AWS::QuickSight::Dashboard":            {lines: "QuickSight"},
	"AWS::QuickSight::DataSet":              {lines: "QuickSight"},
	"AWS::QuickSight::DataSource":           {free: settings},
	"AWS::QuickSight::RefreshSchedule":      {free: settings},
	"AWS::QuickSight::VPCConnection":        {free: "network interfaces are free"},
	"AWS::RDS::DBCluster":                   {add: addCluster, lines: "Aurora"},
	"AWS::RDS::DBClusterParameterGroup":     {free: settings},
	"AWS::RDS::DBInstance":                  {add: addDatabaseInstance, lines: "Aurora"},
	"AWS::RDS::DBSubnetGroup":               {free: settings},
	"AWS::S3::Bucket":                       {lines: "S3"},
	"AWS::S3::BucketPolicy":                 {free: settings},
	"AWS::SNS::Subscription":                {free: settings},
	"AWS::SNS::Topic":                       {free: "for the first 1,000 e-mails a month"},
	"AWS::SNS::TopicPolicy":                 {free: settings},
	"AWS::SQS::Queue":                       {lines: "Queues"},
	"AWS::SQS::QueuePolicy":                 {free: settings},
	"AWS::SSM::Document":                    {free: "running a document of one's own is free on EC2"},
	"AWS::Scheduler::Schedule":              {free: "for the first 14 million starts a month"},
	"AWS::SecretsManager::Secret":           {add: func(f *Fixed, _ properties) error { f.Secrets++; return nil }},
	"AWS::SecretsManager::ResourcePolicy":   {free: settings},
	"AWS::StepFunctions::StateMachine":      {lines: "State transitions"},
	"Custom::View360DatabaseUsers":          {free: "one call of a function in a deployment"},
	"Custom::View360Protection":             {free: "one call of a function in a deployment"},
	"Custom::View360Schema":                 {free: "one call of a function in a deployment"},
}

// CountResources returns what a CloudFormation template creates. It refuses types that the model does not know.
func CountResources(template []byte) (Fixed, error) {
	var t struct {
		Resources map[string]struct {
			Type       string
			Properties properties
		}
	}
	if err := json.Unmarshal(template, &t); err != nil {
		return Fixed{}, fmt.Errorf("reading a template: %w", err)
	}
	var f Fixed
	var unknown []error
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		r := t.Resources[id]
		k, known := kinds[r.Type]
		switch {
		case !known:
			unknown = append(unknown, fmt.Errorf("%s: the cost model does not know %s: add it to the kinds of shared/price", id, r.Type))
		case k.add != nil:
			if err := k.add(&f, r.Properties); err != nil {
				unknown = append(unknown, fmt.Errorf("%s: %w", id, err))
			}
		}
	}
	return f, errors.Join(unknown...)
}

// addAlarm counts the metrics that an alarm reads; the expression over them costs nothing.
// Source: https://aws.amazon.com/cloudwatch/pricing/
func addAlarm(f *Fixed, p properties) error {
	queries, _ := p["Metrics"].([]any)
	if len(queries) == 0 {
		f.AlarmMetrics++
	}
	for _, q := range queries {
		if query, _ := q.(map[string]any); query["MetricStat"] != nil {
			f.AlarmMetrics++
		}
	}
	return nil
}

// addEndpoint counts an interface endpoint in each of its subnets; gateway endpoints are free.
func addEndpoint(f *Fixed, p properties) error {
	if p["VpcEndpointType"] != "Interface" {
		return nil
	}
	subnets, _ := p["SubnetIds"].([]any)
	if len(subnets) == 0 {
		return errors.New("an interface endpoint without a list of subnets cannot be priced")
	}
	f.EndpointZones += float64(len(subnets))
	return nil
}

// pricedInstance is the one type of instance that has a price here.
const pricedInstance = "t4g.micro"

func addInstance(f *Fixed, p properties) error {
	if p["InstanceType"] != pricedInstance {
		return fmt.Errorf("no price of the instance type %v: only of %s", p["InstanceType"], pricedInstance)
	}
	f.Instances++
	volumes, _ := p["BlockDeviceMappings"].([]any)
	for _, v := range volumes {
		volume, _ := v.(map[string]any)
		disk, _ := volume["Ebs"].(map[string]any)
		size, _ := disk["VolumeSize"].(float64)
		f.VolumeGB += size
	}
	return nil
}

// addCluster counts the secret that RDS keeps for the master user, and the capacity that never pauses.
func addCluster(f *Fixed, p properties) error {
	if p["ManageMasterUserPassword"] == true {
		f.Secrets++
	}
	scaling, _ := p["ServerlessV2ScalingConfiguration"].(map[string]any)
	capacity, _ := scaling["MinCapacity"].(float64)
	f.MinACUs += capacity
	return nil
}

func addDatabaseInstance(f *Fixed, p properties) error {
	if p["DBInstanceClass"] != "db.serverless" {
		return fmt.Errorf("no price of the class %v: only of db.serverless", p["DBInstanceClass"])
	}
	f.Databases++
	return nil
}

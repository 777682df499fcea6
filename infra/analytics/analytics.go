// Package analytics is the hub's stack: the data bucket, the database in a network without internet access, the load state
// machine with its functions, and its alarms, dashboard and topic.
package analytics

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"

	"view360/infra/bundle"
	"view360/infra/config"
	"view360/infra/function"
)

// Hub is the stack, with the resources that other stacks use.
type Hub struct {
	awscdk.Stack
	Config config.Config
	// Bucket holds snapshots and staged parts, encrypted with DataKey.
	Bucket  awss3.IBucket
	DataKey awskms.IKey
	// OperationsKey encrypts log groups and the topic.
	OperationsKey awskms.IKey
	// Topic receives every alarm.
	Topic    awssns.ITopic
	Network  Network
	Database Database
	// DashboardSecret is the ARN of the secret {"username", "password"} of the database user Dashboard.
	DashboardSecret *string
	// LoadMachine loads one snapshot; nil if an instance loads.
	LoadMachine awsstepfunctions.StateMachine
	// DeadLetters has the events that could not be delivered to their target.
	DeadLetters awssqs.IQueue

	build bundle.Build
	// arrivals is the queue before LoadMachine.
	arrivals awssqs.IQueue
	// deploymentQueue has the failed calls of the functions that prepare the database.
	deploymentQueue awssqs.IQueue
	// connectivity lists the resources that a function in the network needs to reach the database and S3.
	connectivity []constructs.IDependable
}

// Network is the database's network: isolated subnets that can reach only the S3 gateway endpoint.
type Network struct {
	Vpc     awsec2.IVpc
	Subnets *awsec2.SubnetSelection
	// Loaders is the security group of functions and instances that use the database.
	Loaders awsec2.ISecurityGroup
}

// Database has the identifiers and the endpoint of the cluster.
type Database struct {
	Group        awsec2.ISecurityGroup // of the cluster
	Host         *string
	Port         int
	Name         string
	Cluster      *string // identifier
	ClusterARN   *string
	ResourceID   *string               // cluster-..., in the ARNs of database users
	MasterSecret *string               // ARN
	MasterKey    awskms.IKey           // of the secret; nil: an AWS managed key
	created      constructs.IConstruct // nil for an existing cluster
}

// Users of the database. Each signs in with an IAM token, except for Dashboard, whose password is in DashboardSecret.
const (
	Migrator  = "view360_migrator"
	Loader    = "view360_loader"
	Dashboard = "view360_dashboard"
)

// NewStack creates the stack. Call [CheckConfig] before.
func NewStack(scope constructs.Construct, id string, f config.Config, build bundle.Build, props *awscdk.StackProps) *Hub {
	h := &Hub{Stack: awscdk.NewStack(scope, &id, props), Config: f, build: build}
	h.OperationsKey = h.newOperationsKey()
	h.Topic = h.newTopic()
	h.DeadLetters = h.newQueue("Undelivered")
	h.newStorage()
	h.Network = h.newNetwork()
	h.Database = h.newDatabase()
	migrated := h.newSchema()
	load := h.newLoad(migrated)
	h.newEvents()
	h.newDatabaseAlarms()
	h.newDashboard(load)
	h.newProtection()
	h.newOutputs()
	return h
}

// lowerName returns the deployment's name for use in the names of resources.
func (h *Hub) lowerName() string { return strings.ToLower(h.Config.Name) }

// buildDefaults returns the defaults of functions with a dead-letter queue.
func (h *Hub) buildDefaults(queue awssqs.IQueue) function.Defaults {
	return function.Defaults{Build: h.build, DeadLetters: queue, LogKey: h.OperationsKey, LogDays: h.Config.Logs.Days}
}

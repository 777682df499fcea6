package analytics

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
	"view360/infra/watch"
)

// Times of the custom resources.
const (
	migrationTime = 15 * time.Minute // Lambda's maximum
	responseWait  = 20 * time.Minute // of CloudFormation: until the function starts, and until it ends
)

// newSchema creates the database users, outside the network through the Data API, and then the tables and views, inside
// the network over PostgreSQL, on each deployment that changes them. Both functions respond to CloudFormation themselves.
// It returns the resource that functions which use the tables must depend on.
func (h *Hub) newSchema() constructs.IConstruct {
	h.deploymentQueue = h.newQueue("DeploymentDeadLetters")
	defaults := h.buildDefaults(h.deploymentQueue)
	secret := h.newDashboardSecret()
	users := defaults.New(h.Stack, "MakeUsers", function.Props{
		Main: "users", Description: "Creates the users of the database", MemoryMB: 256, Timeout: 5 * time.Minute,
		Environment: map[string]string{
			"CLUSTER_ARN": *h.Database.ClusterARN, "MASTER_SECRET": *h.Database.MasterSecret,
			"DATABASE": h.Database.Name, "DASHBOARD_SECRET": *secret.SecretArn(),
		},
		Statements: h.buildUserStatements(secret),
	})
	migrate := defaults.New(h.Stack, "Migrate", function.Props{
		Main: "migrate", Files: h.Certificates(), Description: "Creates or upgrades tables and views", MemoryMB: 512, Timeout: migrationTime,
		Environment: map[string]string{"DATABASE_URL": h.buildDatabaseURL(Migrator)},
		Statements:  []awsiam.PolicyStatement{h.allowConnect(Migrator)},
		Network:     h.buildFunctionNetwork(),
	})
	h.watchDeployment("MakeUsers", users)
	h.watchDeployment("Migrate", migrate)
	migrated := newCustomResource(h.Stack, "Schema", migrate, hashSchema())
	migrated.Node().AddDependency(h.connectivity...)
	if h.Config.EmulatorDatabase != "" {
		return migrated // the emulator's database has its users
	}
	made := newCustomResource(h.Stack, "DatabaseUsers", users, hashUsers())
	if h.Database.created != nil {
		made.Node().AddDependency(h.Database.created)
	}
	migrated.Node().AddDependency(made)
	return migrated
}

// watchDeployment creates an alarm for a function of a custom resource.
func (h *Hub) watchDeployment(id string, f awslambda.Function) {
	errors := f.MetricErrors(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5))})
	h.Alarms().Add(h.Stack, id, "preparing the database failed and the deployment was rolled back, without changes to data: read the function's log",
		watch.Above(errors, 0, 1))
}

// newCustomResource creates a custom resource of a function. It is updated when version changes. Lambda never repeats the
// call, and drops one that it could not start while CloudFormation waits, so that none is made after a rollback.
func newCustomResource(scope constructs.Construct, id string, f awslambda.Function, version string) awscdk.CustomResource {
	properties := map[string]any{"Version": version}
	f.ConfigureAsyncInvoke(&awslambda.EventInvokeConfigOptions{
		RetryAttempts: jsii.Number(0), MaxEventAge: awscdk.Duration_Minutes(jsii.Number(responseWait.Minutes() - migrationTime.Minutes())),
	})
	return awscdk.NewCustomResource(scope, &id, &awscdk.CustomResourceProps{
		ServiceToken: f.FunctionArn(), ResourceType: jsii.String("Custom::View360" + id), Properties: &properties,
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(responseWait.Minutes())),
	})
}

// newDashboardSecret creates the secret with the password of the user Dashboard.
func (h *Hub) newDashboardSecret() awssecretsmanager.Secret {
	secret := awssecretsmanager.NewSecret(h.Stack, jsii.String("DashboardSecret"), &awssecretsmanager.SecretProps{
		Description: jsii.String("View360: database user of dashboards"),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			SecretStringTemplate: jsii.String(fmt.Sprintf(`{"username":%q}`, Dashboard)), GenerateStringKey: jsii.String("password"),
			ExcludePunctuation: jsii.Bool(true), PasswordLength: jsii.Number(40),
		},
	})
	h.DashboardSecret = secret.SecretArn()
	return secret
}

// buildUserStatements returns the permissions of the function that creates users.
func (h *Hub) buildUserStatements(secret awssecretsmanager.Secret) []awsiam.PolicyStatement {
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{"rds-data:BeginTransaction", "rds-data:ExecuteStatement", "rds-data:CommitTransaction"}, *h.Database.ClusterARN),
		function.Allow([]string{"secretsmanager:GetSecretValue"}, *h.Database.MasterSecret, *secret.SecretArn()),
	}
	if h.Database.MasterKey != nil {
		statements = append(statements, function.AllowIf(map[string]any{
			"StringEquals": map[string]any{"kms:ViaService": function.FormatServiceName("secretsmanager", *h.Region())},
		}, []string{"kms:Decrypt"}, *h.Database.MasterKey.KeyArn()))
	}
	return statements
}

// allowConnect returns a statement that allows to sign in as a user with an IAM token.
func (h *Hub) allowConnect(user string) awsiam.PolicyStatement {
	return function.Allow([]string{"rds-db:connect"}, *h.formatARN("rds-db", "dbuser:"+*h.Database.ResourceID+"/"+user))
}

// buildDatabaseURL returns the URL without a password: the user signs in with an IAM token.
func (h *Hub) buildDatabaseURL(user string) string {
	if h.Config.EmulatorDatabase != "" {
		return h.Config.EmulatorDatabase
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=verify-full&sslrootcert=/var/task/%s",
		user, *h.Database.Host, h.Database.Port, h.Database.Name, certificateFile)
}

// buildFunctionNetwork returns the network of functions that use the database.
func (h *Hub) buildFunctionNetwork() *function.Network {
	return &function.Network{Vpc: h.Network.Vpc, Subnets: h.Network.Subnets, Group: h.Network.Loaders}
}

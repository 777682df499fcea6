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

	"view360/infra/bundle"
	"view360/infra/function"
	"view360/infra/watch"
)

// migrationTime is what Lambda allows; CloudFormation waits a little longer.
const migrationTime = 15 * time.Minute

// newSchema makes the database users and then the tables and views, on each deployment that changes them. The first is
// done outside of the network, through the Data API; the second inside, over PostgreSQL. Both answer CloudFormation
// themselves. What comes after depends on the resource that is returned.
func (h *Hub) newSchema() constructs.IConstruct {
	queue := h.newQueue("DeploymentDeadLetters")
	stage := h.buildDefaults(queue)
	secret := h.newDashboardSecret()
	users := stage.New(h.Stack, "MakeUsers", function.Props{
		Main: "users", Description: "Makes the users of the database", MemoryMB: 256, Timeout: 5 * time.Minute,
		Environment: map[string]string{
			"CLUSTER_ARN": *h.Database.ClusterARN, "MASTER_SECRET": *h.Database.MasterSecret,
			"DATABASE": h.Database.Name, "DASHBOARD_SECRET": *secret.SecretArn(),
		},
		Statements: h.buildUserStatements(secret),
	})
	migrate := stage.New(h.Stack, "Migrate", function.Props{
		Main: "migrate", Files: h.certificates(), Description: "Creates or upgrades tables and views", MemoryMB: 512, Timeout: migrationTime,
		Environment: map[string]string{"DATABASE_URL": h.buildDatabaseURL(Migrator)},
		Statements:  []awsiam.PolicyStatement{h.allowConnect(Migrator)},
		Network:     h.buildFunctionNetwork(),
	})
	h.watchDeployment("MakeUsers", users)
	h.watchDeployment("Migrate", migrate)
	migrated := newCustomResource(h.Stack, "Schema", migrate, currentSchema())
	migrated.Node().AddDependency(h.ways...)
	if h.Config.EmulatorDatabase != "" {
		return migrated // it has its users
	}
	made := newCustomResource(h.Stack, "DatabaseUsers", users, currentUsers())
	if h.Database.created != nil {
		made.Node().AddDependency(h.Database.created)
	}
	migrated.Node().AddDependency(made)
	return migrated
}

func (h *Hub) watchDeployment(id string, f awslambda.Function) {
	errors := f.MetricErrors(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: awscdk.Duration_Minutes(jsii.Number(5))})
	h.Alarms().Add(h.Stack, id, "preparing the database failed and the deployment was rolled back: the log of the function says why; the data is as it was",
		watch.Above(errors, 0, 1))
}

// newCustomResource makes a custom resource that a function answers for. It is updated when version changes.
func newCustomResource(scope constructs.Construct, id string, f awslambda.Function, version string) awscdk.CustomResource {
	properties := map[string]any{"Version": version}
	return awscdk.NewCustomResource(scope, &id, &awscdk.CustomResourceProps{
		ServiceToken: f.FunctionArn(), ResourceType: jsii.String("Custom::View360" + id), Properties: &properties,
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(migrationTime.Minutes() + 5)),
	})
}

// newDashboardSecret makes the password of the user of dashboards.
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

func (h *Hub) buildUserStatements(secret awssecretsmanager.Secret) []awsiam.PolicyStatement {
	statements := []awsiam.PolicyStatement{
		function.Allow([]string{"rds-data:BeginTransaction", "rds-data:ExecuteStatement", "rds-data:CommitTransaction"}, *h.Database.ClusterARN),
		function.Allow([]string{"secretsmanager:GetSecretValue"}, *h.Database.MasterSecret, *secret.SecretArn()),
	}
	if h.Database.MasterKey != nil {
		statements = append(statements, function.AllowIf(map[string]any{
			"StringEquals": map[string]any{"kms:ViaService": "secretsmanager." + *h.Region() + ".amazonaws.com"},
		}, []string{"kms:Decrypt"}, *h.Database.MasterKey.KeyArn()))
	}
	return statements
}

// allowConnect allows to sign in as a user with a token.
func (h *Hub) allowConnect(user string) awsiam.PolicyStatement {
	return function.Allow([]string{"rds-db:connect"}, *h.formatARN("rds-db", "dbuser:"+*h.Database.ResourceID+"/"+user))
}

// buildDatabaseURL is without a password: the user signs in with a token.
func (h *Hub) buildDatabaseURL(user string) string {
	if h.Config.EmulatorDatabase != "" {
		return h.Config.EmulatorDatabase
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=verify-full&sslrootcert=/var/task/%s",
		user, *h.Database.Host, h.Database.Port, h.Database.Name, certificateFile)
}

func (h *Hub) certificates() []bundle.File {
	file, err := findAuthorities(h.Config.Hub.Region)
	if err != nil {
		panic(err) // NewStack has asked before
	}
	return []bundle.File{file}
}

// buildFunctionNetwork is where functions that use the database run.
func (h *Hub) buildFunctionNetwork() *function.Network {
	return &function.Network{Vpc: h.Network.Vpc, Subnets: h.Network.Subnets, Group: h.Network.Loaders}
}

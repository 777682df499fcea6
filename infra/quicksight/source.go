package quicksight

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// secretsRole is the name of the role with which QuickSight reads secrets. The name is fixed, so an account has at most
// one.
// https://docs.aws.amazon.com/quicksight/latest/user/secrets-manager-integration.html
const secretsRole = "aws-quicksight-secretsmanager-role-v0"

// newDataSource creates the data source, which signs in as the dashboard user over TLS, and returns its ARN.
func (b *builder) newDataSource(connection string) string {
	database, secret := b.hub.Database, b.hub.DashboardSecret
	access := b.newSecretAccess(secret)
	source := b.newResource("Source", "DataSource", object{
		"DataSourceId": b.buildID("database"), "Name": "View360", "Type": "AURORA_POSTGRESQL",
		"DataSourceParameters": object{"AuroraPostgreSqlParameters": object{
			"Host": *database.Host, "Port": database.Port, "Database": database.Name,
		}},
		"Credentials":             object{"SecretArn": *secret},
		"VpcConnectionProperties": object{"VpcConnectionArn": connection},
		"SslProperties":           object{"DisableSsl": false},
		"Permissions":             b.buildPermissions(b.Authors, "DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"),
	})
	source.Node().AddDependency(access)
	return getARN(source)
}

// newSecretAccess creates a policy that lets QuickSight read one secret, and its role unless that exists.
func (b *builder) newSecretAccess(secret *string) awsiam.Policy {
	name := jsii.String(secretsRole)
	role := awsiam.IRole(nil)
	if b.ExistingSecretsRole {
		role = awsiam.Role_FromRoleArn(b.Stack, jsii.String("SecretsRole"), b.formatIAMARN("role/service-role/"+secretsRole), nil)
	} else {
		role = awsiam.NewRole(b.Stack, jsii.String("SecretsRole"), &awsiam.RoleProps{
			RoleName: name, Path: jsii.String("/service-role/"), AssumedBy: b.newServicePrincipal(),
			Description: jsii.String("Lets QuickSight read database secrets"),
		})
	}
	return awsiam.NewPolicy(b.Stack, jsii.String("SecretAccess"), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{role},
		Statements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions: jsii.Strings("secretsmanager:GetSecretValue"), Resources: &[]*string{secret},
		})},
	})
}

// formatIAMARN returns the ARN of an IAM resource.
func (b *builder) formatIAMARN(resource string) *string {
	return b.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""), Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}

package analytics

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/jsii-runtime-go"

	"view360/infra/function"
)

const (
	databasePort = 5432
	databaseName = "core"
	masterUser   = "postgres"
)

// newDatabase creates an Aurora cluster that pauses when it is idle, or imports the existing one, and lets the loaders
// connect to it.
func (h *Hub) newDatabase() Database {
	var d Database
	if h.Config.Database.Existing != nil {
		d = h.importDatabase()
	} else {
		d = h.newCluster()
	}
	port := awsec2.Port_Tcp(jsii.Number(databasePort))
	ingress := awsec2.NewCfnSecurityGroupIngress(h.Stack, jsii.String("FromLoaders"), &awsec2.CfnSecurityGroupIngressProps{
		GroupId: d.Group.SecurityGroupId(), SourceSecurityGroupId: h.Network.Loaders.SecurityGroupId(),
		IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(databasePort), ToPort: jsii.Number(databasePort),
		Description: jsii.String("Loaders"),
	})
	h.connectivity = append(h.connectivity, ingress)
	h.Network.Loaders.AddEgressRule(d.Group, port, jsii.String("the database"), jsii.Bool(false))
	return d
}

// importDatabase returns the existing cluster.
func (h *Hub) importDatabase() Database {
	e := h.Config.Database.Existing
	d := Database{
		Group: awsec2.SecurityGroup_FromSecurityGroupId(h.Stack, jsii.String("DatabaseGroup"), &e.SecurityGroup,
			&awsec2.SecurityGroupImportOptions{Mutable: jsii.Bool(false)}),
		Host: &e.Host, Port: databasePort, Name: e.Name, Cluster: &e.Cluster,
		ClusterARN: h.formatARN("rds", "cluster:"+e.Cluster), ResourceID: &e.ResourceID, MasterSecret: &e.Secret,
	}
	if e.SecretKey != "" {
		d.MasterKey = awskms.Key_FromKeyArn(h.Stack, jsii.String("MasterKey"), &e.SecretKey)
	}
	return d
}

// newCluster creates a cluster with its key, logs and instances.
func (h *Hub) newCluster() Database {
	f := h.Config.Database
	key := h.newKey("DatabaseKey", "View360: database")
	group := awsec2.NewSecurityGroup(h.Stack, jsii.String("DatabaseGroup"), &awsec2.SecurityGroupProps{
		Vpc: h.Network.Vpc, Description: jsii.String("The database"), AllowAllOutbound: jsii.Bool(false),
	})
	identifier := h.lowerName() + "-database-" + function.FormatStackSuffix(h.Stack)
	// Created here, because Aurora would create it without a retention period.
	logs := awslogs.NewLogGroup(h.Stack, jsii.String("DatabaseLogs"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String("/aws/rds/cluster/" + identifier + "/postgresql"),
		Retention:    function.ToRetention(h.Config.Logs.Days), EncryptionKey: h.OperationsKey, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	cluster := awsrds.NewCfnDBCluster(h.Stack, jsii.String("Cluster"), &awsrds.CfnDBClusterProps{
		DbClusterIdentifier: &identifier, Engine: jsii.String("aurora-postgresql"), EngineVersion: &f.Version,
		DatabaseName: jsii.String(databaseName), Port: jsii.Number(databasePort), MasterUsername: jsii.String(masterUser),
		// RDS generates the password, stores it in a secret and rotates it every week.
		ManageMasterUserPassword:        jsii.Bool(true),
		MasterUserSecret:                &awsrds.CfnDBCluster_MasterUserSecretProperty{KmsKeyId: key.KeyArn()},
		EnableIamDatabaseAuthentication: jsii.Bool(true),
		EnableHttpEndpoint:              jsii.Bool(true), // the Data API, for the first user
		StorageEncrypted:                jsii.Bool(true), KmsKeyId: key.KeyArn(),
		DbSubnetGroupName: h.newSubnetGroup(), VpcSecurityGroupIds: &[]any{group.SecurityGroupId()},
		DbClusterParameterGroupName: h.newParameters(), EnableCloudwatchLogsExports: jsii.Strings("postgresql"),
		BackupRetentionPeriod: jsii.Number(f.BackupDays), PreferredBackupWindow: &f.Backup, PreferredMaintenanceWindow: &f.Maintenance,
		CopyTagsToSnapshot:               jsii.Bool(true), // DeletionProtection: see newProtection
		ServerlessV2ScalingConfiguration: h.buildCapacity(),
	})
	cluster.ApplyRemovalPolicy(awscdk.RemovalPolicy_SNAPSHOT, nil)
	cluster.Node().AddDependency(logs)
	writer := h.newInstances(cluster, key)
	return Database{
		Group: group, Host: cluster.AttrEndpointAddress(), Port: databasePort, Name: databaseName, Cluster: cluster.Ref(),
		ClusterARN: cluster.AttrDbClusterArn(), ResourceID: cluster.AttrDbClusterResourceId(),
		MasterSecret: cluster.AttrMasterUserSecretSecretArn(), MasterKey: key, created: writer,
	}
}

// buildCapacity returns the scaling configuration, with auto-pause if the minimum is 0.
func (h *Hub) buildCapacity() *awsrds.CfnDBCluster_ServerlessV2ScalingConfigurationProperty {
	f := h.Config.Database
	capacity := &awsrds.CfnDBCluster_ServerlessV2ScalingConfigurationProperty{
		MinCapacity: jsii.Number(f.MinCapacity), MaxCapacity: jsii.Number(f.MaxCapacity),
	}
	if f.MinCapacity == 0 {
		capacity.SecondsUntilAutoPause = jsii.Number(60 * f.PauseAfter)
	}
	return capacity
}

// newSubnetGroup creates the subnet group and returns its name.
func (h *Hub) newSubnetGroup() *string {
	return awsrds.NewCfnDBSubnetGroup(h.Stack, jsii.String("Subnets"), &awsrds.CfnDBSubnetGroupProps{
		DbSubnetGroupDescription: jsii.String("Isolated subnets of the database"),
		SubnetIds:                toAnys(*h.Network.Vpc.SelectSubnets(h.Network.Subnets).SubnetIds),
	}).Ref()
}

// newParameters creates the parameter group, which requires TLS and logs slow statements, and returns its name.
func (h *Hub) newParameters() *string {
	major, _, _ := strings.Cut(h.Config.Database.Version, ".")
	return awsrds.NewCfnDBClusterParameterGroup(h.Stack, jsii.String("Parameters"), &awsrds.CfnDBClusterParameterGroupProps{
		Family: jsii.String("aurora-postgresql" + major), Description: jsii.String("TLS only; slow statements are logged"),
		Parameters: map[string]any{"rds.force_ssl": "1", "log_min_duration_statement": "10000"},
	}).Ref()
}

// newInstances creates the writer and the configured readers and returns the writer.
func (h *Hub) newInstances(cluster awsrds.CfnDBCluster, key awskms.Key) awsrds.CfnDBInstance {
	monitoring := awsiam.NewRole(h.Stack, jsii.String("MonitoringRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("monitoring.rds.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *h.Account()}},
		}),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("service-role/AmazonRDSEnhancedMonitoringRole")),
		},
	})
	names := []string{"Writer"}
	for i := range h.Config.Database.Readers {
		names = append(names, fmt.Sprintf("Reader%d", i+1))
	}
	var writer awsrds.CfnDBInstance
	for tier, name := range names {
		instance := awsrds.NewCfnDBInstance(h.Stack, &name, &awsrds.CfnDBInstanceProps{
			DbClusterIdentifier: cluster.Ref(), DbInstanceClass: jsii.String("db.serverless"), Engine: jsii.String("aurora-postgresql"),
			PubliclyAccessible: jsii.Bool(false), PromotionTier: jsii.Number(tier), AutoMinorVersionUpgrade: jsii.Bool(true),
			MonitoringInterval: jsii.Number(60), MonitoringRoleArn: monitoring.RoleArn(),
			EnablePerformanceInsights: jsii.Bool(true), PerformanceInsightsKmsKeyId: key.KeyArn(),
		})
		if writer == nil {
			writer = instance
		}
	}
	return writer
}

// toAnys returns the list in the type that some properties require.
func toAnys(texts []*string) *[]any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = *text
	}
	return &list
}

package analytics

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"view360/infra/function"
)

// newProtection protects the new cluster from deletion when everything else of the stack exists. Protected from the
// start, the cluster would stay behind when a first deployment fails, and its name would stop the second one. Deleting the
// stack does not end the protection.
func (h *Hub) newProtection() {
	if h.Database.created == nil || h.Config.EmulatorDatabase != "" {
		return
	}
	before := *h.Node().Children()
	protect := h.buildDefaults(h.deploymentQueue).New(h.Stack, "Protect", function.Props{
		Main: "protect", Description: "Protects the database from deletion", MemoryMB: 128, Timeout: 10 * time.Minute,
		Environment: map[string]string{"CLUSTER": *h.Database.Cluster},
		Statements:  []awsiam.PolicyStatement{function.Allow([]string{"rds:DescribeDBClusters", "rds:ModifyDBCluster"}, *h.Database.ClusterARN)},
	})
	h.watchDeployment("Protect", protect)
	protected := newCustomResource(h.Stack, "Protection", protect, *h.Database.Cluster)
	for _, child := range before {
		protected.Node().AddDependency(child.(constructs.IDependable))
	}
}

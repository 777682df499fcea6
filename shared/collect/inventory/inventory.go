// Package inventory collects the nodes that Systems Manager manages in a region, their applications and patches.
//
//	operations  ssm DescribeInstanceInformation (all pages), and per node, side by side: ListInventoryEntries of
//	            AWS:Application and DescribeInstancePatches, all pages
//	scope       region
//	window      none: state at run time
//	sections    inventory.instances, inventory.applications, inventory.patches
//	paid        no
//	quotas      not published per operation
//	            https://docs.aws.amazon.com/general/latest/gr/ssm.html
package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"view360/shared/collect"
	"view360/shared/paging"
	"view360/shared/snapshot"
)

// API is the part of the Systems Manager client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeInstanceInformation(context.Context, *ssm.DescribeInstanceInformationInput, ...func(*ssm.Options)) (*ssm.DescribeInstanceInformationOutput, error)
	ListInventoryEntries(context.Context, *ssm.ListInventoryEntriesInput, ...func(*ssm.Options)) (*ssm.ListInventoryEntriesOutput, error)
	DescribeInstancePatches(context.Context, *ssm.DescribeInstancePatchesInput, ...func(*ssm.Options)) (*ssm.DescribeInstancePatchesOutput, error)
}

// Collector is the source inventory.
var Collector = collect.Collector{
	SourceName: "inventory",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, ssm.NewFromConfig(cfg), scope, part)
	},
}

const (
	instances    = "inventory.instances"
	applications = "inventory.applications"
	patches      = "inventory.patches"
	atOnce       = 8
	nodePage     = 50
	entryPage    = 50
	patchPage    = 100
)

// node is one node with its applications and patches.
type node struct {
	instance     snapshot.InventoryInstance
	applications []snapshot.InventoryApplication
	patches      []snapshot.InventoryPatch
}

// Collect writes every node, application and patch, in the order of the nodes. A list of one node that cannot be read
// is a warning.
func Collect(ctx context.Context, api API, _ collect.Scope, part *collect.Part) error {
	part.DeclareLists(instances, applications, patches)
	pages := ssm.NewDescribeInstanceInformationPaginator(api, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(nodePage)},
		func(o *ssm.DescribeInstanceInformationPaginatorOptions) { o.StopOnDuplicateToken = true })
	listed := paging.EachItem(paging.ReadPages(ctx, pages), func(page *ssm.DescribeInstanceInformationOutput) []types.InstanceInformation {
		return page.InstanceInformationList
	})
	err := collect.FetchInOrder(ctx, atOnce, listed,
		func(ctx context.Context, information types.InstanceInformation) (node, error) {
			return readNode(ctx, api, information, part)
		},
		func(n node) error { return writeNode(n, part) })
	if err != nil {
		return fmt.Errorf("listing managed nodes: %w", err)
	}
	return nil
}

// readNode returns a node with its applications and patches; those that cannot be read are a warning.
func readNode(ctx context.Context, api API, information types.InstanceInformation, part *collect.Part) (node, error) {
	n := node{instance: toInstance(information)}
	id := n.instance.InstanceID
	var err error
	if n.applications, err = readApplications(ctx, api, id); err != nil {
		if err := collect.Tolerate(ctx, part, "inventory", fmt.Errorf("listing the applications of %s: %w", id, err)); err != nil {
			return node{}, err
		}
	}
	if n.patches, err = readPatches(ctx, api, id); err != nil {
		if err := collect.Tolerate(ctx, part, "inventory", fmt.Errorf("listing the patches of %s: %w", id, err)); err != nil {
			return node{}, err
		}
	}
	return n, nil
}

func writeNode(n node, part *collect.Part) error {
	if err := part.Add(instances, n.instance); err != nil {
		return err
	}
	for _, a := range n.applications {
		if err := part.Add(applications, a); err != nil {
			return err
		}
	}
	for _, p := range n.patches {
		if err := part.Add(patches, p); err != nil {
			return err
		}
	}
	return nil
}

func readApplications(ctx context.Context, api API, id string) ([]snapshot.InventoryApplication, error) {
	read := func(token *string) (*ssm.ListInventoryEntriesOutput, *string, error) {
		page, err := api.ListInventoryEntries(ctx, &ssm.ListInventoryEntriesInput{
			InstanceId: &id, TypeName: aws.String("AWS:Application"), MaxResults: aws.Int32(entryPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextToken, nil
	}
	var found []snapshot.InventoryApplication
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return found, err
		}
		for _, entry := range page.Entries {
			found = append(found, toApplication(id, entry))
		}
	}
	return found, nil
}

// readPatches lists the patches of one node, including missing and failed ones (D41).
func readPatches(ctx context.Context, api API, id string) ([]snapshot.InventoryPatch, error) {
	pages := ssm.NewDescribeInstancePatchesPaginator(api, &ssm.DescribeInstancePatchesInput{InstanceId: &id, MaxResults: aws.Int32(patchPage)},
		func(o *ssm.DescribeInstancePatchesPaginatorOptions) { o.StopOnDuplicateToken = true })
	var found []snapshot.InventoryPatch
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return found, err
		}
		for _, p := range page.Patches {
			found = append(found, toPatch(id, p))
		}
	}
	return found, nil
}

func toInstance(i types.InstanceInformation) snapshot.InventoryInstance {
	return snapshot.InventoryInstance{
		InstanceID: aws.ToString(i.InstanceId), Platform: i.PlatformName, PlatformType: snapshot.Text(i.PlatformType),
		PlatformVersion: i.PlatformVersion, AgentVersion: i.AgentVersion, IsLatestVersion: i.IsLatestVersion,
		LastPing: snapshot.TimeOf(i.LastPingDateTime), ComputerName: i.ComputerName, InstanceType: snapshot.Text(i.ResourceType),
		IPAddress: i.IPAddress, PingStatus: snapshot.Text(i.PingStatus), LastPingDateTime: snapshot.TimeOf(i.LastPingDateTime),
		AssociationStatus: i.AssociationStatus, AssociationExecutionDate: snapshot.TimeOf(i.LastAssociationExecutionDate),
		AssociationSuccessDate: snapshot.TimeOf(i.LastSuccessfulAssociationExecutionDate),
	}
}

func toApplication(id string, entry map[string]string) snapshot.InventoryApplication {
	member := func(name string) *string {
		if value, given := entry[name]; given {
			return &value
		}
		return nil
	}
	return snapshot.InventoryApplication{
		InstanceID: id, Name: member("Name"), Version: member("Version"), Publisher: member("Publisher"),
		Architecture: member("Architecture"), ApplicationType: member("ApplicationType"), InstallTime: member("InstalledTime"),
	}
}

func toPatch(id string, p types.PatchComplianceData) snapshot.InventoryPatch {
	patch := snapshot.InventoryPatch{
		InstanceID: id, Title: p.Title, State: snapshot.Text(p.State),
		Classification: snapshot.TextOr(p.Classification, "Normal"), Severity: snapshot.TextOr(p.Severity, "None"),
	}
	if p.InstalledTime != nil && p.InstalledTime.After(time.Unix(0, 0)) { // a patch that is not installed has the epoch
		patch.InstalledTime = snapshot.TimeOf(p.InstalledTime)
	}
	return patch
}

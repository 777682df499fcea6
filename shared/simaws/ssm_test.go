package simaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestManagedNodesComeInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	client := ssm.NewFromConfig(server.Config(production))
	first, err := client.DescribeInstanceInformation(t.Context(), &ssm.DescribeInstanceInformationInput{})
	if err != nil || len(first.InstanceInformationList) != 10 || first.NextToken == nil {
		t.Fatalf("got %v, error %v, want a first page of 10 of several", first, err) // D40
	}
	pages := ssm.NewDescribeInstanceInformationPaginator(client, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(50)})
	var instances []types.InstanceInformation
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		instances = append(instances, list.InstanceInformationList...)
	}
	if len(instances) < 24 {
		t.Errorf("got %d instances, want dozens", len(instances))
	}
	id := instances[0].InstanceId
	apps := countApplications(t, client, id)
	if apps < 100 {
		t.Errorf("got %d applications, want at least 100", apps)
	}
	patchPages := ssm.NewDescribeInstancePatchesPaginator(client, &ssm.DescribeInstancePatchesInput{InstanceId: id})
	states := map[types.PatchComplianceDataState]int32{}
	for list, err := range paging.ReadPages(t.Context(), patchPages) {
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Patches {
			states[p.State]++
			if p.State == types.PatchComplianceDataStateInstalled && p.InstalledTime.After(noon) {
				t.Errorf("patch %s is installed in the future, %v", aws.ToString(p.Title), p.InstalledTime)
			}
		}
	}
	summary, err := client.DescribeInstancePatchStates(t.Context(), &ssm.DescribeInstancePatchStatesInput{InstanceIds: []string{*id}})
	if err != nil {
		t.Fatal(err)
	}
	if got := summary.InstancePatchStates[0]; got.InstalledCount != states["Installed"] || got.MissingCount != states["Missing"] {
		t.Errorf("summary %+v disagrees with the patches %v", got, states)
	}
	inventory, err := client.GetInventory(t.Context(), &ssm.GetInventoryInput{Filters: []types.InventoryFilter{{Key: aws.String("AWS:InstanceInformation.InstanceId"), Values: []string{*id}}}})
	if err != nil || len(inventory.Entities) != 1 {
		t.Errorf("got inventory %v, error %v", inventory, err)
	}

	_, err = client.ListInventoryEntries(t.Context(), &ssm.ListInventoryEntriesInput{InstanceId: aws.String("i-0000000000000none"), TypeName: aws.String("AWS:Application")})
	var invalid *types.InvalidInstanceId
	if !errors.As(err, &invalid) {
		t.Errorf("got %v, want InvalidInstanceId", err)
	}
	_, err = client.DescribeInstanceInformation(t.Context(), &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(51)})
	wantCode(t, err, "ValidationException")
}

// countApplications reads all pages; the SDK has no paginator for them.
func countApplications(t *testing.T, client *ssm.Client, id *string) (count int) {
	t.Helper()
	input := &ssm.ListInventoryEntriesInput{InstanceId: id, TypeName: aws.String("AWS:Application")}
	for {
		list, err := client.ListInventoryEntries(t.Context(), input)
		if err != nil {
			t.Fatal(err)
		}
		count += len(list.Entries)
		if list.NextToken == nil {
			return count
		}
		input.NextToken = list.NextToken
	}
}

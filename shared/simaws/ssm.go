package simaws

import (
	"slices"
	"time"
)

var _ = register(service{
	name: "ssm", protocol: awsJSON{}, badToken: "InvalidNextToken",
	operations: []operation{
		op("DescribeInstanceInformation", describeInstanceInformation),
		op("ListInventoryEntries", listInventoryEntries),
		op("GetInventory", getInventory),
		op("DescribeInstancePatches", describeInstancePatches),
		op("DescribeInstancePatchStates", describeInstancePatchStates),
	},
})

type ssmInput struct {
	NextToken, InstanceId, TypeName string
	InstanceIds                     []string
	MaxResults                      *number
	Filters                         []struct {
		Key    string
		Values []string
	}
}

func describeInstanceInformation(c *call, in ssmInput) (any, error) {
	items, next, err := page(c, c.instances(), in.NextToken, in.MaxResults, limits{usual: 10, least: 5, most: 50})
	if err != nil {
		return nil, err
	}
	return object{"InstanceInformationList": items, "NextToken": next}, nil
}

func (c *call) managed(id string) (Instance, error) {
	if id == "" {
		return Instance{}, c.missing("instanceId")
	}
	for _, i := range c.instances() {
		if i.InstanceID == id {
			return i, nil
		}
	}
	return Instance{}, c.failf("InvalidInstanceId", "An invalid managed node ID was entered: %s", id)
}

func listInventoryEntries(c *call, in ssmInput) (any, error) {
	instance, err := c.managed(in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.TypeName != "AWS:Application" {
		return nil, c.failf("InvalidTypeNameException", "The parameter type name %q isn't valid.", in.TypeName)
	}
	entries := []map[string]string{}
	for _, a := range c.applications(instance) {
		entries = append(entries, map[string]string{
			"Name": a.Name, "Version": a.Version, "Publisher": a.Publisher, "Architecture": a.Architecture,
			"ApplicationType": a.ApplicationType, "InstalledTime": a.InstalledTime,
		})
	}
	items, next, err := page(c, entries, in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
	if err != nil {
		return nil, err
	}
	return object{
		"TypeName": in.TypeName, "InstanceId": in.InstanceId, "SchemaVersion": "1.1", "CaptureTime": c.captured(instance),
		"Entries": items, "NextToken": next,
	}, nil
}

// captured is when the agent last sent its inventory.
func (c *call) captured(in Instance) string {
	if in.LastAssociationExecutionDate == nil {
		return c.now.Format(time.RFC3339)
	}
	return in.LastAssociationExecutionDate.Format(time.RFC3339)
}

func getInventory(c *call, in ssmInput) (any, error) {
	var entities []object
	for _, i := range c.instances() {
		wanted := true
		for _, f := range in.Filters {
			wanted = wanted && (f.Key != "AWS:InstanceInformation.InstanceId" || slices.Contains(f.Values, i.InstanceID))
		}
		if wanted {
			entities = append(entities, object{"Id": i.InstanceID, "Data": object{"AWS:PatchSummary": object{
				"TypeName": "AWS:PatchSummary", "SchemaVersion": "1.0", "CaptureTime": c.captured(i), "Content": []map[string]string{{"PatchGroup": "default"}},
			}}})
		}
	}
	items, next, err := page(c, entities, in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
	if err != nil {
		return nil, err
	}
	return object{"Entities": items, "NextToken": next}, nil
}

func describeInstancePatches(c *call, in ssmInput) (any, error) {
	instance, err := c.managed(in.InstanceId)
	if err != nil {
		return nil, err
	}
	patches := c.patches(instance)
	for _, f := range in.Filters {
		if f.Key == "State" {
			patches = slices.DeleteFunc(patches, func(p Patch) bool { return !slices.Contains(f.Values, p.State) })
		}
	}
	items, next, err := page(c, patches, in.NextToken, in.MaxResults, limits{usual: 50, least: 10, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"Patches": items, "NextToken": next}, nil
}

func describeInstancePatchStates(c *call, in ssmInput) (any, error) {
	if n := len(in.InstanceIds); n == 0 || n > 50 {
		return nil, c.invalidf("1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	var states []object
	for _, id := range in.InstanceIds {
		instance, err := c.managed(id)
		if err != nil {
			return nil, err
		}
		counts := map[string]int{}
		for _, p := range c.patches(instance) {
			counts[p.State]++
		}
		scanned := c.now.Truncate(24 * time.Hour)
		states = append(states, object{
			"InstanceId": id, "PatchGroup": "default", "BaselineId": "pb-0" + c.draw("baseline").hex(16), "Operation": "Scan",
			"OperationStartTime": at(scanned.Add(-time.Minute)), "OperationEndTime": at(scanned), "InstalledCount": counts["Installed"],
			"InstalledOtherCount": counts["InstalledOther"], "InstalledPendingRebootCount": counts["InstalledPendingReboot"],
			"MissingCount": counts["Missing"], "FailedCount": counts["Failed"], "NotApplicableCount": 900,
		})
	}
	items, next, err := page(c, states, in.NextToken, in.MaxResults, limits{usual: 50, least: 10, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"InstancePatchStates": items, "NextToken": next}, nil
}

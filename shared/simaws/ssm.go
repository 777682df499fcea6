package simaws

import (
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var ssmService = service{
	name: "ssm", protocol: wire.JSON{},
	codes: wire.ErrorCodes{BadToken: "InvalidNextToken"},
	operations: []operation{
		{name: "DescribeInstanceInformation", handle: handleInput(describeInstanceInformation)},
		{name: "ListInventoryEntries", handle: handleInput(listInventoryEntries)},
		{name: "GetInventory", handle: handleInput(getInventory)},
		{name: "DescribeInstancePatches", handle: handleInput(describeInstancePatches)},
		{name: "DescribeInstancePatchStates", handle: handleInput(describeInstancePatchStates)},
	},
}

type ssmInput struct {
	NextToken, InstanceId, TypeName string
	InstanceIds                     []string
	MaxResults                      *number
	Filters                         []struct {
		Key    string
		Values []string
	}
}

// checkFilters refuses more than five filters, or more than the most values of one.
func (in ssmInput) checkFilters(c *call, mostValues int) error {
	const sentence = "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d"
	if len(in.Filters) > 5 {
		return c.newInvalidf(sentence, "filters", 5)
	}
	for _, f := range in.Filters {
		if len(f.Values) > mostValues {
			return c.newInvalidf(sentence, "filters.1.member.values", mostValues)
		}
	}
	return nil
}

func describeInstanceInformation(c *call, in ssmInput) (any, error) {
	return answerPage(c, "InstanceInformationList", findItems(c.location, generateInstances), "NextToken", in.NextToken, in.MaxResults, limits{usual: 10, least: 5, most: 50})
}

func findManagedInstance(c *call, id string) (Instance, error) {
	if id == "" {
		return Instance{}, c.newMissing("instanceId")
	}
	for _, i := range findItems(c.location, generateInstances) {
		if i.InstanceID == id {
			return i, nil
		}
	}
	return Instance{}, c.newErrorf("InvalidInstanceId", "An invalid managed node ID was entered: %s", id)
}

func listInventoryEntries(c *call, in ssmInput) (any, error) {
	instance, err := findManagedInstance(c, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.TypeName != "AWS:Application" {
		return nil, c.newErrorf("InvalidTypeNameException", "The parameter type name %q isn't valid.", in.TypeName)
	}
	entries := []map[string]string{}
	for _, a := range findApplications(c.location, instance) {
		entries = append(entries, map[string]string{
			"Name": a.Name, "Version": a.Version, "Publisher": a.Publisher, "Architecture": a.Architecture,
			"ApplicationType": a.ApplicationType, "InstalledTime": a.InstalledTime,
		})
	}
	items, next, err := cutPage(c, entries, in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
	if err != nil {
		return nil, err
	}
	return object{
		"TypeName": in.TypeName, "InstanceId": in.InstanceId, "SchemaVersion": "1.1", "CaptureTime": captureTime(c.location, instance),
		"Entries": items, "NextToken": next,
	}, nil
}

// captureTime returns when the agent last sent its inventory.
func captureTime(l *location, in Instance) string {
	if in.LastAssociationExecutionDate == nil {
		return l.now.Format(time.RFC3339)
	}
	return in.LastAssociationExecutionDate.Format(time.RFC3339)
}

func getInventory(c *call, in ssmInput) (any, error) {
	if err := in.checkFilters(c, 40); err != nil {
		return nil, err
	}
	var entities []object
	for _, i := range findItems(c.location, generateInstances) {
		wanted := true
		for _, f := range in.Filters {
			wanted = wanted && (f.Key != "AWS:InstanceInformation.InstanceId" || slices.Contains(f.Values, i.InstanceID))
		}
		if wanted {
			entities = append(entities, object{"Id": i.InstanceID, "Data": object{"AWS:PatchSummary": object{
				"TypeName": "AWS:PatchSummary", "SchemaVersion": "1.0", "CaptureTime": captureTime(c.location, i), "Content": []map[string]string{{"PatchGroup": "default"}},
			}}})
		}
	}
	return answerPage(c, "Entities", entities, "NextToken", in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 50})
}

func describeInstancePatches(c *call, in ssmInput) (any, error) {
	instance, err := findManagedInstance(c, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := in.checkFilters(c, 200); err != nil {
		return nil, err
	}
	patches := findPatches(c.location, instance)
	for _, f := range in.Filters {
		if f.Key == "State" {
			patches = slices.DeleteFunc(patches, func(p Patch) bool { return !slices.Contains(f.Values, p.State) })
		}
	}
	return answerPage(c, "Patches", patches, "NextToken", in.NextToken, in.MaxResults, limits{usual: 50, least: 10, most: 100})
}

func describeInstancePatchStates(c *call, in ssmInput) (any, error) {
	if n := len(in.InstanceIds); n == 0 || n > 50 {
		return nil, c.newInvalidf("1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	pages := limits{usual: 50, least: 10, most: 100}
	if _, err := c.parsePageSize(in.MaxResults, pages); err != nil {
		return nil, err
	}
	var states []object
	for _, id := range in.InstanceIds {
		instance, err := findManagedInstance(c, id)
		if err != nil {
			return nil, err
		}
		counts := map[string]int{}
		for _, p := range findPatches(c.location, instance) {
			counts[p.State]++
		}
		scanned := c.now.Truncate(24 * time.Hour)
		states = append(states, object{
			"InstanceId": id, "PatchGroup": "default", "BaselineId": "pb-0" + c.newChance("baseline").hexDigits(16), "Operation": "Scan",
			"OperationStartTime": newTime(scanned.Add(-time.Minute)), "OperationEndTime": newTime(scanned), "InstalledCount": counts["Installed"],
			"InstalledOtherCount": counts["InstalledOther"], "InstalledPendingRebootCount": counts["InstalledPendingReboot"],
			"MissingCount": counts["Missing"], "FailedCount": counts["Failed"], "NotApplicableCount": 900,
		})
	}
	return answerPage(c, "InstancePatchStates", states, "NextToken", in.NextToken, in.MaxResults, pages)
}

// Package configinventory collects the resources of all types that AWS Config has recorded in a region.
//
//	operations  config SelectResourceConfig: one advanced query, all pages; DescribeConfigurationRecorderStatus
//	scope       region; resources of no region, such as those of IAM, where they are recorded
//	window      none: the latest recorded state at run time
//	section     config_inventory
//	paid        no
//	quotas      not published
//	            https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
package configinventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"view360/shared/collect"
	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
)

// API is the part of the Config client that Collect uses; each method is one IAM action of the role.
type API interface {
	DescribeConfigurationRecorderStatus(context.Context, *configservice.DescribeConfigurationRecorderStatusInput, ...func(*configservice.Options)) (*configservice.DescribeConfigurationRecorderStatusOutput, error)
	SelectResourceConfig(context.Context, *configservice.SelectResourceConfigInput, ...func(*configservice.Options)) (*configservice.SelectResourceConfigOutput, error)
}

// Collector is the source configinventory.
var Collector = collect.Collector{
	SourceName: "configinventory",
	Collect: func(ctx context.Context, cfg aws.Config, scope collect.Scope, part *collect.Part) error {
		return Collect(ctx, configservice.NewFromConfig(cfg), scope, part)
	},
}

const (
	section  = "config_inventory"
	pageSize = 100
)

// query selects the members of the section. Config keeps evaluations among the resources; they are left out. A result
// lacks the properties that its type does not have.
// https://github.com/awslabs/aws-config-resource-schema
const query = `SELECT resourceId, resourceName, resourceType, arn, awsRegion, availabilityZone, resourceCreationTime, tags,
configuration.state.name, configuration.state.value, configuration.state.code, configuration.dBInstanceStatus,
configuration.instanceType, configuration.dBInstanceClass, configuration.engine, configuration.runtime, configuration.vpcId,
configuration.size, configuration.volumeType, configuration.allocatedStorage, configuration.storageType, configuration.multiAZ,
configuration.type, configuration.packageType, configuration.scheme, configuration.desiredCapacity, configuration.minSize,
configuration.maxSize, configuration.availableIpAddressCount
WHERE NOT resourceType IN ('AWS::Config::ResourceCompliance', 'AWS::Config::ConformancePackCompliance')`

// Collect writes a [snapshot.ConfigResource] for each resource, in the order of the query's results. A result that
// cannot be read is a warning. A region without results has no recorder, because even an unused region has a network.
// Queries return only the present state (D25).
func Collect(ctx context.Context, api API, scope collect.Scope, part *collect.Part) error {
	if scope.History {
		part.Skip("the inventory has no history: its state of today does not belong under a past date")
		return nil
	}
	part.DeclareLists(section)
	pages := configservice.NewSelectResourceConfigPaginator(api, &configservice.SelectResourceConfigInput{Expression: aws.String(query), Limit: pageSize},
		func(o *configservice.SelectResourceConfigPaginatorOptions) { o.StopOnDuplicateToken = true })
	results := 0
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("querying the recorded resources: %w", err)
		}
		results += len(page.Results)
		if err := addResources(page.Results, part); err != nil {
			return err
		}
	}
	if results == 0 {
		return fault.New(outcome.NotEnabled, "AWS Config has recorded no resource in this region: turn on a configuration recorder")
	}
	return requireRecording(ctx, api, scope.Region, part)
}

// requireRecording returns outcome.NotEnabled where the recorder is stopped: queries then return the state when it
// stopped. A role that may not read the status is a warning.
func requireRecording(ctx context.Context, api API, region string, part *collect.Part) error {
	found, err := api.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		return collect.Tolerate(ctx, part, section, fmt.Errorf("describing the status of the configuration recorders: %w", err))
	}
	recording := func(r types.ConfigurationRecorderStatus) bool { return r.Recording }
	if recorders := found.ConfigurationRecordersStatus; len(recorders) > 0 && !slices.ContainsFunc(recorders, recording) {
		return fault.New(outcome.NotEnabled, "the configuration recorder in %s is stopped, so that its inventory is not that of today: start it", region)
	}
	return nil
}

func addResources(results []string, part *collect.Part) error {
	for _, text := range results {
		var i item
		if err := json.Unmarshal([]byte(text), &i); err != nil {
			part.Warn(section, fmt.Errorf("reading a recorded resource: %w", err))
			continue
		}
		if err := part.Add(section, toResource(i)); err != nil {
			return err
		}
	}
	return nil
}

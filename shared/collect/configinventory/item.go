package configinventory

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"view360/shared/snapshot"
)

// item is one result of the query.
type item struct {
	ResourceID           string        `json:"resourceId"`
	ResourceName         string        `json:"resourceName"`
	ResourceType         string        `json:"resourceType"` // such as AWS::EC2::Instance
	ARN                  *string       `json:"arn"`
	Region               *string       `json:"awsRegion"` // global for resources of no region
	AvailabilityZone     string        `json:"availabilityZone"`
	ResourceCreationTime *string       `json:"resourceCreationTime"`
	Tags                 []tag         `json:"tags"`
	Configuration        configuration `json:"configuration"`
}

type tag struct{ Key, Value string }

// configuration has the properties that several types share by name. A property of another shape stays nil.
type configuration struct {
	State             loose[state]   `json:"state"`
	DBInstanceStatus  loose[string]  `json:"dBInstanceStatus"`
	InstanceType      loose[string]  `json:"instanceType"`
	DBInstanceClass   loose[string]  `json:"dBInstanceClass"`
	Engine            loose[string]  `json:"engine"`
	Runtime           loose[string]  `json:"runtime"`
	VPCID             loose[string]  `json:"vpcId"`
	Size              loose[float64] `json:"size"`
	VolumeType        loose[string]  `json:"volumeType"`
	AllocatedStorage  loose[float64] `json:"allocatedStorage"`
	StorageType       loose[string]  `json:"storageType"`
	MultiAZ           loose[bool]    `json:"multiAZ"`
	Type              loose[string]  `json:"type"`
	PackageType       loose[string]  `json:"packageType"`
	Scheme            loose[string]  `json:"scheme"`
	DesiredCapacity   loose[int]     `json:"desiredCapacity"`
	MinSize           loose[int]     `json:"minSize"`
	MaxSize           loose[int]     `json:"maxSize"`
	AvailableIPsCount loose[int]     `json:"availableIpAddressCount"`
}

// state has a different name in each service.
type state struct {
	Name, Value, Code loose[string]
}

// loose is a value, nil if it is absent or has another type.
type loose[T any] struct{ value *T }

// UnmarshalJSON never fails.
func (l *loose[T]) UnmarshalJSON(data []byte) error {
	var value *T
	if json.Unmarshal(data, &value) == nil {
		l.value = value
	}
	return nil
}

// kinds names the types that service_resources has too, in its words.
var kinds = map[string][2]string{
	"AWS::EC2::Volume":                          {"EBS", "Volume"},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {"ELB", "LoadBalancer"},
}

// networks lists the types of EC2 that form a VPC.
var networks = []string{
	"CustomerGateway", "EgressOnlyInternetGateway", "InternetGateway", "NatGateway", "NetworkAcl", "NetworkInterface", "RouteTable",
	"SecurityGroup", "Subnet", "VPC", "VPCEndpoint", "VPCEndpointService", "VPCPeeringConnection", "VPNConnection", "VPNGateway",
}

func splitType(resourceType string) (kind, subtype string) {
	if words, known := kinds[resourceType]; known {
		return words[0], words[1]
	}
	kind, subtype, _ = strings.Cut(strings.TrimPrefix(resourceType, "AWS::"), "::")
	if kind == "EC2" && slices.Contains(networks, subtype) {
		return "VPC", subtype
	}
	return kind, subtype
}

func toResource(i item) snapshot.ConfigResource {
	c := i.Configuration
	kind, subtype := splitType(i.ResourceType)
	return snapshot.ConfigResource{ResourceSubtype: subtype, ServiceResource: snapshot.ServiceResource{
		ServiceName: kind, ResourceType: kind, ResourceID: i.ResourceID, ResourceName: findName(i), Region: i.Region, AvailabilityZone: findZone(i),
		State: c.state(), InstanceType: c.InstanceType.value, VPCID: c.VPCID.value, Engine: cmp.Or(c.Engine.value, c.Runtime.value),
		InstanceClass: c.DBInstanceClass.value, MultiAZ: c.MultiAZ.value, SizeGB: cmp.Or(c.Size.value, c.AllocatedStorage.value),
		VolumeType: cmp.Or(c.VolumeType.value, c.StorageType.value), CreationDate: i.ResourceCreationTime,
		Type: cmp.Or(c.Type.value, c.PackageType.value), Scheme: c.Scheme.value, InstanceCount: c.DesiredCapacity.value,
		MinSize: c.MinSize.value, MaxSize: c.MaxSize.value, AvailableIPCount: c.AvailableIPsCount.value, ARN: i.ARN,
	}}
}

func (c configuration) state() *string {
	if s := c.State.value; s != nil {
		return cmp.Or(s.Name.value, s.Value.value, s.Code.value)
	}
	return c.DBInstanceStatus.value
}

func findName(i item) string {
	named := slices.IndexFunc(i.Tags, func(t tag) bool { return t.Key == "Name" })
	if i.ResourceName == "" && named >= 0 {
		return i.Tags[named].Value
	}
	return i.ResourceName
}

// findZone returns the availability zone, nil for the texts that Config has instead of one: Not Applicable, Regional,
// Multiple Availability Zones.
func findZone(i item) *string {
	if i.Region == nil || !strings.HasPrefix(i.AvailabilityZone, *i.Region) {
		return nil
	}
	return &i.AvailabilityZone
}

package simaws

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var ec2Service = service{
	name: "ec2", protocol: wire.EC2{},
	operations: []operation{
		{name: "DescribeInstances", handle: handleInput(describeInstances)},
		{name: "DescribeVolumes", handle: handleInput(describeVolumes)},
		{name: "DescribeSubnets", handle: handleInput(describeSubnets)},
		{name: "DescribeReservedInstances", handle: handleInput(describeReservedInstances)},
		{name: "DescribeRegions", handle: handleInput(describeRegions)},
	},
}

// Volume is an EBS volume.
type Volume struct {
	ID, Type, State, Zone, Name string
	Size                        int // GiB
	Created                     time.Time
}

// Subnet is a subnet of the region's network.
type Subnet struct {
	ID, VPC, Zone, Name, CIDR string
	Free                      int // addresses
}

func generateVolumes(l *location) []Volume {
	volumes := make([]Volume, l.drawCount("volumes", 60))
	for i := range volumes {
		id := l.resourceID("AWS::EC2::Volume", i)
		r := l.newChance("volume", id)
		volumes[i] = Volume{
			ID: id, Type: pickOne(r, "gp3", "gp3", "gp2", "io2", "st1"), State: pickOne(r, "in-use", "in-use", "in-use", "in-use", "available"), Zone: l.region + pickOne(r, "a", "b", "c"),
			Size: pickOne(r, 8, 30, 50, 100, 200, 500, 1000), Created: r.timeWithin(l.creationTime(l.account), l.startOfYear()),
		}
		if !r.oneIn(3) {
			volumes[i].Name = fmt.Sprintf("%s-data-%d", l.shortName(), i)
		}
	}
	return volumes
}

func (l *location) vpcID() string { return l.resourceID("AWS::EC2::VPC", 0) }

func generateSubnets(l *location) []Subnet {
	var subnets []Subnet
	for i, tier := range []string{"public", "private", "data"} {
		for j, zone := range []string{"a", "b", "c"} {
			n := 3*i + j
			id := l.resourceID("AWS::EC2::Subnet", n)
			r := l.newChance("subnet", id)
			subnets = append(subnets, Subnet{ID: id, VPC: l.vpcID(), Zone: l.region + zone, Name: tier + "-" + zone, CIDR: fmt.Sprintf("10.0.%d.0/20", 16*n), Free: r.intBetween(900, 4091)})
		}
	}
	return subnets
}

type ec2Input struct {
	NextToken  string
	MaxResults *number
	Filter     []struct {
		Name  string
		Value []string
	}
}

// findFilter returns the values asked for of a filter, nil for none.
func (in ec2Input) findFilter(name string) []string {
	for _, f := range in.Filter {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// cutEC2Page returns one page of a list. Without a page size, EC2 returns everything.
func cutEC2Page[T any](c *call, in ec2Input, set string, all []T, show func(T) object) (any, error) {
	shown := []object{}
	for _, one := range all {
		shown = append(shown, show(one))
	}
	items, next, err := cutPage(c, shown, in.NextToken, in.MaxResults, limits{usual: 100_000, least: 5, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{set: items, "nextToken": next}, nil
}

func toNameTags(name string) any {
	if name == "" {
		return nil
	}
	return []object{{"key": "Name", "value": name}, {"key": "managed-by", "value": "terraform"}}
}

func describeInstances(c *call, in ec2Input) (any, error) {
	machines := slices.DeleteFunc(slices.Clone(findItems(c.location, generateInstances)), func(i Instance) bool {
		return i.ResourceType == "ManagedInstance" || !matchesAny(in.findFilter("instance-state-name"), i.State)
	})
	return cutEC2Page(c, in, "reservationSet", machines, func(i Instance) object {
		architecture := "x86_64"
		if strings.Contains(i.Type, "g.") {
			architecture = "arm64"
		}
		code := 16
		if i.State == "stopped" {
			code = 80
		}
		instance := object{
			"instanceId": i.InstanceID, "instanceType": i.Type, "instanceState": object{"code": code, "name": i.State}, "vpcId": c.vpcID(), "subnetId": i.Subnet,
			"placement": object{"availabilityZone": i.Zone, "tenancy": "default"}, "privateIpAddress": i.IPAddress, "architecture": architecture, "tagSet": toNameTags(i.ComputerName),
		}
		if i.RegistrationDate != nil {
			instance["launchTime"] = *i.RegistrationDate
		}
		return object{"reservationId": "r-0" + c.newChance("launch", i.InstanceID).hexDigits(16), "ownerId": c.account.ID, "instancesSet": []object{instance}}
	})
}

func describeVolumes(c *call, in ec2Input) (any, error) {
	return cutEC2Page(c, in, "volumeSet", findItems(c.location, generateVolumes), func(v Volume) object {
		return object{"volumeId": v.ID, "volumeType": v.Type, "size": v.Size, "status": v.State, "availabilityZone": v.Zone, "createTime": Time{Time: v.Created}, "encrypted": v.Type != "gp2", "tagSet": toNameTags(v.Name)}
	})
}

func describeSubnets(c *call, in ec2Input) (any, error) {
	return cutEC2Page(c, in, "subnetSet", findItems(c.location, generateSubnets), func(s Subnet) object {
		return object{"subnetId": s.ID, "vpcId": s.VPC, "availabilityZone": s.Zone, "cidrBlock": s.CIDR, "state": "available", "availableIpAddressCount": s.Free,
			"subnetArn": c.newARN("ec2", "subnet/"+s.ID), "tagSet": toNameTags(s.Name)}
	})
}

// findReservationsOf returns the region's reservations of a service.
func findReservationsOf(l *location, service string) []Reservation {
	return slices.DeleteFunc(slices.Clone(findItems(l, generateReservations)), func(r Reservation) bool { return signingName(r.Service) != service })
}

const secondsPerYear = 365 * 24 * 3600

func describeReservedInstances(c *call, in ec2Input) (any, error) {
	list := []object{}
	for _, r := range findReservationsOf(c.location, "ec2") {
		if !matchesAny(in.findFilter("state"), r.State) {
			continue
		}
		entry := object{
			"reservedInstancesId": r.ID, "instanceType": r.InstanceType, "instanceCount": r.Count, "productDescription": r.Product, "state": r.State,
			"start": Time{Time: r.Start}, "end": Time{Time: r.endDate()}, "duration": r.Years * secondsPerYear, "fixedPrice": r.Upfront, "usagePrice": 0.0, "currencyCode": "USD",
			"instanceTenancy": "default", "offeringClass": "standard", "offeringType": r.OfferingType, "scope": "Region",
		}
		if r.Hourly > 0 {
			entry["recurringCharges"] = []object{{"frequency": "Hourly", "amount": r.Hourly}}
		}
		list = append(list, entry)
	}
	return object{"reservedInstancesSet": list}, nil
}

func describeRegions(c *call, _ ec2Input) (any, error) {
	regions := []object{}
	for _, name := range c.account.Regions {
		regions = append(regions, object{"regionName": name, "regionEndpoint": "ec2." + name + ".amazonaws.com", "optInStatus": "opt-in-not-required"})
	}
	return object{"regionInfo": regions}, nil
}

package simaws

import (
	"fmt"

	"view360/shared/simaws/wire"
)

var loadBalancingService = service{
	name: "elasticloadbalancing", protocol: wire.Query{},
	operations: []operation{
		{name: "DescribeLoadBalancers", handle: handleInput(describeLoadBalancers)},
	},
}

// Balancer is a load balancer of version 2.
type Balancer struct {
	LoadBalancerName, LoadBalancerArn, DNSName, Scheme, Type, VpcID string
	State                                                           string // active, provisioning or failed
	Zones                                                           []string
	Created                                                         Time
}

func generateBalancers(l *location) []Balancer {
	balancers := make([]Balancer, l.drawCount("balancers", 12))
	for i := range balancers {
		r := l.newChance("balancer", i)
		kind := pickOne(r, "application", "application", "application", "network")
		name := fmt.Sprintf("%s-%s-%d", l.shortName(), pickOne(r, "web", "api", "admin", "grpc", "internal"), i)
		b := Balancer{
			LoadBalancerName: name, LoadBalancerArn: l.newARN("elasticloadbalancing", "loadbalancer/"+kind[:3]+"/"+name+"/"+r.hexDigits(16)), Scheme: pickOne(r, "internet-facing", "internal"),
			Type: kind, VpcID: l.vpcID(), State: "active", DNSName: name + "-" + r.hexDigits(9) + "." + l.region + ".elb.amazonaws.com", Created: Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())},
		}
		for _, zone := range []string{"a", "b", "c"}[:r.intBetween(2, 3)] {
			b.Zones = append(b.Zones, l.region+zone)
		}
		balancers[i] = b
	}
	return balancers
}

type balancersInput struct {
	Marker   string
	PageSize *number
}

func describeLoadBalancers(c *call, in balancersInput) (any, error) {
	balancers, next, err := cutPage(c, findItems(c.location, generateBalancers), in.Marker, in.PageSize, limits{usual: 400, least: 1, most: 400})
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, b := range balancers {
		zones := []object{}
		for _, zone := range b.Zones {
			zones = append(zones, object{"ZoneName": zone})
		}
		items = append(items, object{
			"LoadBalancerName": b.LoadBalancerName, "LoadBalancerArn": b.LoadBalancerArn, "DNSName": b.DNSName, "Scheme": b.Scheme, "Type": b.Type, "VpcId": b.VpcID,
			"State": object{"Code": b.State}, "AvailabilityZones": zones, "CreatedTime": b.Created,
		})
	}
	return object{"LoadBalancers": items, "NextMarker": next}, nil
}

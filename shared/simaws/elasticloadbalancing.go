package simaws

import "fmt"

var _ = register(service{
	name: "elasticloadbalancing", protocol: queryXML{},
	operations: []operation{op("DescribeLoadBalancers", describeLoadBalancers)},
})

// Balancer is a load balancer of version 2.
type Balancer struct {
	LoadBalancerName, LoadBalancerArn, DNSName, Scheme, Type, VpcID string
	State                                                           string // active, provisioning or failed
	Zones                                                           []string
	Created                                                         Time
}

func (c *call) balancers() []Balancer {
	return things(c, func() []Balancer {
		balancers := make([]Balancer, c.count("balancers", 12))
		for i := range balancers {
			r := c.draw("balancer", i)
			kind := pick(r, "application", "application", "application", "network")
			name := fmt.Sprintf("%s-%s-%d", c.shortName(), pick(r, "web", "api", "admin", "grpc", "internal"), i)
			b := Balancer{
				LoadBalancerName: name, LoadBalancerArn: c.arn("elasticloadbalancing", "loadbalancer/"+kind[:3]+"/"+name+"/"+r.hex(16)), Scheme: pick(r, "internet-facing", "internal"),
				Type: kind, VpcID: c.vpcID(), State: "active", DNSName: name + "-" + r.hex(9) + "." + c.region + ".elb.amazonaws.com", Created: Time{r.within(c.created(c.account), c.newYear())},
			}
			for _, zone := range []string{"a", "b", "c"}[:r.between(2, 3)] {
				b.Zones = append(b.Zones, c.region+zone)
			}
			balancers[i] = b
		}
		return balancers
	})
}

type balancersInput struct {
	Marker   string
	PageSize *number
}

func describeLoadBalancers(c *call, in balancersInput) (any, error) {
	balancers, next, err := page(c, c.balancers(), in.Marker, in.PageSize, limits{usual: 400, least: 1, most: 400})
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

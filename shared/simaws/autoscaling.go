package simaws

import "fmt"

var _ = register(service{
	name: "autoscaling", protocol: queryXML{}, badToken: "InvalidNextToken",
	operations: []operation{op("DescribeAutoScalingGroups", describeAutoScalingGroups)},
})

// Group is an Auto Scaling group.
type Group struct {
	AutoScalingGroupName, AutoScalingGroupARN string
	MinSize, MaxSize, DesiredCapacity         int
	AvailabilityZones                         []string
	Instances                                 []GroupInstance
	CreatedTime                               Time
}

// GroupInstance is an instance of a group.
type GroupInstance struct {
	InstanceID       string `json:"InstanceId"`
	AvailabilityZone string
	LifecycleState   string
	HealthStatus     string
}

func (c *call) groups() []Group {
	return things(c, func() []Group {
		groups, machines := make([]Group, c.count("groups", 9)), c.instances()
		for i := range groups {
			r := c.draw("group", i)
			name := fmt.Sprintf("%s-%s-%d", c.shortName(), pick(r, "web", "api", "worker", "spot"), i)
			g := Group{
				AutoScalingGroupName: name, AutoScalingGroupARN: c.arn("autoscaling", "autoScalingGroup:"+r.uuid()+":autoScalingGroupName/"+name), MinSize: r.between(0, 2),
				MaxSize: r.between(4, 20), AvailabilityZones: []string{c.region + "a", c.region + "b"}, CreatedTime: Time{r.within(c.created(c.account), c.newYear())}, Instances: []GroupInstance{},
			}
			for n := range r.between(0, 4) {
				m := machines[(4*i+n)%len(machines)]
				g.Instances = append(g.Instances, GroupInstance{m.InstanceID, m.Zone, "InService", "Healthy"})
			}
			g.DesiredCapacity = len(g.Instances)
			groups[i] = g
		}
		return groups
	})
}

type groupsInput struct {
	NextToken  string
	MaxRecords *number
}

func describeAutoScalingGroups(c *call, in groupsInput) (any, error) {
	items, next, err := page(c, c.groups(), in.NextToken, in.MaxRecords, limits{usual: 50, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"AutoScalingGroups": items, "NextToken": next}, nil
}

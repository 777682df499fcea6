package simaws

import (
	"fmt"

	"view360/shared/simaws/wire"
)

var autoScalingService = service{
	name: "autoscaling", protocol: wire.Query{},
	codes: wire.ErrorCodes{BadToken: "InvalidNextToken"},
	operations: []operation{
		{name: "DescribeAutoScalingGroups", handle: handleInput(describeAutoScalingGroups)},
	},
}

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

func generateGroups(l *location) []Group {
	groups, machines := make([]Group, l.drawCount("groups", 9)), findItems(l, generateInstances)
	for i := range groups {
		r := l.newChance("group", i)
		name := fmt.Sprintf("%s-%s-%d", l.shortName(), pickOne(r, "web", "api", "worker", "spot"), i)
		g := Group{
			AutoScalingGroupName: name, AutoScalingGroupARN: l.newARN("autoscaling", "autoScalingGroup:"+r.newUUID()+":autoScalingGroupName/"+name), MinSize: r.intBetween(0, 2),
			MaxSize: r.intBetween(4, 20), AvailabilityZones: []string{l.region + "a", l.region + "b"}, CreatedTime: Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())}, Instances: []GroupInstance{},
		}
		for n := range r.intBetween(0, 4) {
			m := machines[(4*i+n)%len(machines)]
			g.Instances = append(g.Instances, GroupInstance{m.InstanceID, m.Zone, "InService", "Healthy"})
		}
		g.DesiredCapacity = len(g.Instances)
		groups[i] = g
	}
	return groups
}

type groupsInput struct {
	NextToken  string
	MaxRecords *number
}

func describeAutoScalingGroups(c *call, in groupsInput) (any, error) {
	return answerPage(c, "AutoScalingGroups", findItems(c.location, generateGroups), "NextToken", in.NextToken, in.MaxRecords, limits{usual: 50, least: 1, most: 100})
}

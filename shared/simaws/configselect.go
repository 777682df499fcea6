package simaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// listConfigurationItems returns the resources that Config has recorded, with the members that queries select.
func listConfigurationItems(l *location) []object {
	var all []object
	add := func(resourceType, id, name, arn, zone string, configuration object) {
		all = append(all, object{
			"accountId": l.account.ID, "awsRegion": l.region, "resourceType": resourceType, "resourceId": id, "resourceName": name, "arn": arn,
			"availabilityZone": zone, "configurationItemStatus": "ResourceDiscovered", "configuration": configuration, "tags": []object{},
			"resourceCreationTime": formatISO(l.newChance("recorded", id).timeWithin(l.creationTime(l.account), l.startOfYear())), "configurationItemCaptureTime": formatISO(l.lastInCycle(l.newChance("captured", id), 30)),
		})
	}
	for _, i := range findItems(l, generateInstances) {
		if i.ResourceType != "ManagedInstance" {
			add("AWS::EC2::Instance", i.InstanceID, i.ComputerName, l.newARN("ec2", "instance/"+i.InstanceID), i.Zone,
				object{"instanceType": i.Type, "vpcId": l.vpcID(), "subnetId": i.Subnet, "state": object{"name": i.State}})
		}
	}
	for _, v := range findItems(l, generateVolumes) {
		add("AWS::EC2::Volume", v.ID, v.Name, l.newARN("ec2", "volume/"+v.ID), v.Zone, object{"volumeType": v.Type, "size": v.Size, "state": object{"value": v.State}})
	}
	for _, s := range findItems(l, generateSubnets) {
		add("AWS::EC2::Subnet", s.ID, s.Name, l.newARN("ec2", "subnet/"+s.ID), s.Zone, object{"vpcId": s.VPC, "availableIpAddressCount": s.Free, "state": object{"value": "available"}})
	}
	for _, d := range findItems(l, generateDatabases) {
		add("AWS::RDS::DBInstance", "db-"+strings.ToUpper(l.newChance("db", d.DBInstanceIdentifier).hexDigits(26)), d.DBInstanceIdentifier, d.DBInstanceArn, d.AvailabilityZone,
			object{"engine": d.Engine, "dBInstanceClass": d.DBInstanceClass, "multiAZ": d.MultiAZ, "dBInstanceStatus": d.DBInstanceStatus, "allocatedStorage": d.AllocatedStorage})
	}
	for _, f := range findItems(l, generateFunctions) {
		add("AWS::Lambda::Function", f.FunctionName, f.FunctionName, f.FunctionArn, "Not Applicable", object{"runtime": f.Runtime, "memorySize": f.MemorySize, "packageType": f.PackageType})
	}
	for _, b := range findItems(l, generateBalancers) {
		add("AWS::ElasticLoadBalancingV2::LoadBalancer", b.LoadBalancerArn, b.LoadBalancerName, b.LoadBalancerArn, "Multiple Availability Zones",
			object{"type": b.Type, "scheme": b.Scheme, "vpcId": b.VpcID, "state": object{"code": b.State}})
	}
	for _, g := range findItems(l, generateGroups) {
		add("AWS::AutoScaling::AutoScalingGroup", g.AutoScalingGroupARN, g.AutoScalingGroupName, g.AutoScalingGroupARN, "Multiple Availability Zones",
			object{"minSize": g.MinSize, "maxSize": g.MaxSize, "desiredCapacity": g.DesiredCapacity})
	}
	for _, b := range findItems(l, generateBuckets) {
		if b.BucketRegion == l.region {
			add("AWS::S3::Bucket", b.Name, b.Name, "arn:aws:s3:::"+b.Name, "Regional", object{"name": b.Name})
		}
	}
	for _, k := range findItems(l, generateKeys) {
		add("AWS::KMS::Key", k.KeyID, k.KeyID, k.ARN, "Not Applicable", object{"keyState": k.KeyState, "keyManager": k.KeyManager})
	}
	for _, kind := range []struct{ resourceType, service string }{
		{"AWS::EC2::SecurityGroup", "ec2"}, {"AWS::SNS::Topic", "sns"}, {"AWS::SQS::Queue", "sqs"}, {"AWS::DynamoDB::Table", "dynamodb"},
		{"AWS::ECR::Repository", "ecr"}, {"AWS::CloudFormation::Stack", "cloudformation"},
	} {
		for _, id := range listResourceIDs(l, kind.resourceType) {
			add(kind.resourceType, id, id, l.newARN(kind.service, id), "Not Applicable", object{})
		}
	}
	return all
}

var (
	selectPattern = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)(?:\s+WHERE\s+(.+?))?(?:\s+ORDER\s+BY\s+.+)?\s*$`)
	equalPattern  = regexp.MustCompile(`(?is)^\s*([\w.]+)\s*(=|!=|<>)\s*'([^']*)'\s*$`)
	inPattern     = regexp.MustCompile(`(?is)^\s*(NOT\s+)?([\w.]+)\s+IN\s*\(([^)]*)\)\s*$`)
	likePattern   = regexp.MustCompile(`(?is)^\s*([\w.]+)\s+LIKE\s+'([^'%]*)%'\s*$`)
	andPattern    = regexp.MustCompile(`(?i)\s+AND\s+`)
)

type selectInput struct {
	Expression, NextToken string
	Limit                 *number
}

// selectResourceConfig understands fields, and conditions of =, !=, IN, NOT … IN and LIKE 'prefix%' joined by AND.
func selectResourceConfig(c *call, in selectInput) (any, error) {
	parsed := selectPattern.FindStringSubmatch(in.Expression)
	if parsed == nil {
		return nil, c.newErrorf("InvalidExpressionException", "The syntax of the query is incorrect: %s", in.Expression)
	}
	var fields []string
	selected := []object{}
	for field := range strings.SplitSeq(parsed[1], ",") {
		fields = append(fields, strings.TrimSpace(field))
		selected = append(selected, object{"Name": strings.TrimSpace(field)})
	}
	admits, err := parseConditions(c, parsed[2])
	if err != nil {
		return nil, err
	}
	var results []string
	if c.isEnabled() {
		for _, resource := range listConfigurationItems(c.location) {
			if admits(resource) {
				row, err := json.Marshal(selectMembers(resource, fields))
				if err != nil {
					return nil, fmt.Errorf("encoding a configuration item: %w", err)
				}
				results = append(results, string(row))
			}
		}
	}
	items, next, err := cutPage(c, results, in.NextToken, in.Limit, limits{usual: 25, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"Results": items, "QueryInfo": object{"SelectFields": selected}, "NextToken": next}, nil
}

func parseConditions(c *call, text string) (func(object) bool, error) {
	var conditions []func(object) bool
	if text == "" {
		return func(object) bool { return true }, nil
	}
	for _, part := range andPattern.Split(text, -1) {
		if m := equalPattern.FindStringSubmatch(part); m != nil {
			conditions = append(conditions, func(o object) bool { return (fmt.Sprint(findMember(o, m[1])) == m[3]) == (m[2] == "=") })
			continue
		}
		if m := inPattern.FindStringSubmatch(part); m != nil {
			var values []string
			for value := range strings.SplitSeq(m[3], ",") {
				values = append(values, strings.Trim(strings.TrimSpace(value), "'"))
			}
			conditions = append(conditions, func(o object) bool {
				return slices.Contains(values, fmt.Sprint(findMember(o, m[2]))) == (m[1] == "")
			})
			continue
		}
		if m := likePattern.FindStringSubmatch(part); m != nil {
			conditions = append(conditions, func(o object) bool { return strings.HasPrefix(fmt.Sprint(findMember(o, m[1])), m[2]) })
			continue
		}
		return nil, c.newErrorf("InvalidExpressionException", "The condition %q is not simulated", part)
	}
	return func(o object) bool {
		return !slices.ContainsFunc(conditions, func(ok func(object) bool) bool { return !ok(o) })
	}, nil
}

// findMember follows a dotted path and returns nil if it leads nowhere.
func findMember(o object, path string) any {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return o[name]
	}
	child, _ := o[name].(object)
	return findMember(child, rest)
}

// selectMembers returns the wanted fields of o, nested as they were.
func selectMembers(o object, fields []string) object {
	out := object{}
	for _, field := range fields {
		value := findMember(o, field)
		if value == nil {
			continue
		}
		target, path := out, strings.Split(field, ".")
		for _, name := range path[:len(path)-1] {
			child, ok := target[name].(object)
			if !ok {
				child = object{}
				target[name] = child
			}
			target = child
		}
		target[path[len(path)-1]] = value
	}
	return out
}

package enforcetest

import (
	"strings"

	"view360/infra/policy"
)

// useFunction decides what Lambda does with a function's role: logs, traces, and the queue of failed asynchronous calls,
// network interfaces, and database logins with a token.
func (d *Deployment) useFunction(s *Stack, id string, env environment) {
	d.Helper()
	role, properties := d.keys[id], s.Resources[id].Properties
	d.checkTrust(s, "lambda.amazonaws.com", role, s.values[id+".Arn"])
	use := func(resource string, actions ...string) {
		for _, action := range actions {
			_ = d.checkRole(role, action, resource, nil) // recorded
		}
	}
	logging, _ := properties["LoggingConfig"].(map[string]any)
	group, err := s.resolve(logging["LogGroup"])
	d.must(err)
	use(s.arn("logs", "log-group:"+group+":log-stream:stream"), "logs:CreateLogStream", "logs:PutLogEvents")
	use("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords")
	letters, _ := properties["DeadLetterConfig"].(map[string]any)
	queue, err := s.resolve(letters["TargetArn"])
	d.must(err)
	use(queue, "sqs:SendMessage")
	if properties["VpcConfig"] != nil {
		use("*", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
			"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses")
		for _, resource := range d.listInterfaceResources(s, properties["VpcConfig"].(map[string]any)) {
			use(resource, "ec2:CreateNetworkInterface")
		}
	}
	if url := env["DATABASE_URL"]; url != "" {
		cluster := "cluster-RESOURCE"
		if e := d.config.Database.Existing; e != nil {
			cluster = e.ResourceID
		}
		use(s.arn("rds-db", "dbuser:"+cluster+"/"+findUser(url)), "rds-db:connect")
	}
}

// listInterfaceResources returns the resources of a new network interface: itself, its subnet, and its security groups.
func (d *Deployment) listInterfaceResources(s *Stack, network map[string]any) []string {
	d.Helper()
	resources := []string{s.arn("ec2", "network-interface/eni-1")}
	for member, kind := range map[string]string{"SubnetIds": "subnet/", "SecurityGroupIds": "security-group/"} {
		ids, _ := network[member].([]any)
		for _, id := range ids {
			resolved, err := s.resolve(id)
			d.must(err)
			resources = append(resources, s.arn("ec2", kind+resolved))
		}
	}
	return resources
}

// useDatabase decides what the function that makes the users of the database calls outside of it.
func (d *Deployment) useDatabase(s *Stack, id string, env environment) {
	d.Helper()
	role := d.keys[id]
	for _, action := range []string{"rds-data:BeginTransaction", "rds-data:ExecuteStatement", "rds-data:CommitTransaction"} {
		_ = d.checkRole(role, action, env["CLUSTER_ARN"], nil) // recorded, as all of these
	}
	for _, secret := range []string{env["MASTER_SECRET"], env["DASHBOARD_SECRET"]} {
		_ = d.checkRole(role, "secretsmanager:GetSecretValue", secret, nil)
	}
	for _, cluster := range s.find("AWS::RDS::DBCluster") {
		secret, _ := s.Resources[cluster].Properties["MasterUserSecret"].(map[string]any)
		key, err := s.resolve(secret["KmsKeyId"])
		d.must(err)
		if key == "" {
			continue // a key of AWS
		}
		via := d.buildContext(s.Account, map[string]string{"kms:ViaService": "secretsmanager." + s.Region + ".amazonaws.com"})
		d.decide(role, "kms:Decrypt", key, via, policy.Policies{Owner: s.Account, Delegated: true, Resource: d.readKeyPolicy(s, key)})
	}
}

// useMachine decides what Step Functions does with the role of a state machine: the delivery of logs, and traces.
func (d *Deployment) useMachine(s *Stack, id string) {
	d.Helper()
	d.checkTrust(s, "states.amazonaws.com", d.keys[id], s.values[id])
	for _, action := range []string{
		"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
		"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
		"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
	} {
		_ = d.checkRole(d.keys[id], action, "*", nil) // recorded
	}
}

// useChildren decides what Step Functions does with the role of the collect machine for the children of its distributed
// map; a redriven execution redrives them.
func (d *Deployment) useChildren(redriven bool) {
	d.Helper()
	m := d.machines["collect"]
	execution := strings.Replace(m.arn, ":stateMachine:", ":execution:", 1)
	_ = d.checkRole(m.role, "states:StartExecution", m.arn, nil) // recorded, as all of these
	for _, child := range []string{execution + ":name", execution + "/Snapshots:child"} {
		_ = d.checkRole(m.role, "states:DescribeExecution", child, nil)
		_ = d.checkRole(m.role, "states:StopExecution", child, nil)
	}
	const parts = "s3:ListMultipartUploadParts" // of results that are large
	for _, grant := range m.role.listGrants(parts) {
		_ = d.checkRole(m.role, parts, strings.TrimSuffix(grant.Resource, "*")+"run/map/SUCCEEDED_0.json", nil)
	}
	if redriven {
		_ = d.checkRole(m.role, "states:RedriveExecution", execution+"/Snapshots:child", nil)
	}
}

// useSchedules decides what EventBridge Scheduler does with the roles of schedules whose target cannot be started.
func (d *Deployment) useSchedules(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::Scheduler::Schedule") {
		target := s.Resources[id].Properties["Target"].(map[string]any)
		arn, err := s.resolve(target["RoleArn"])
		d.must(err)
		queue, err := s.resolve(target["DeadLetterConfig"].(map[string]any)["Arn"])
		d.must(err)
		d.checkTrust(s, "scheduler.amazonaws.com", d.roles[arn], s.arn("scheduler", "schedule/default/"+id))
		_ = d.checkRole(d.roles[arn], "sqs:SendMessage", queue, nil) // recorded
	}
}

// useRules decides whether EventBridge may send the events of rules that it could not deliver to their queue, and run
// commands on their instance.
func (d *Deployment) useRules(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::Events::Rule") {
		for _, target := range s.Resources[id].Properties["Targets"].([]any) {
			d.useTarget(s, s.values[id+".Arn"], target.(map[string]any))
		}
	}
}

func (d *Deployment) useTarget(s *Stack, rule string, target map[string]any) {
	d.Helper()
	letters, _ := target["DeadLetterConfig"].(map[string]any)
	arn, err := s.resolve(letters["Arn"])
	d.must(err)
	for _, queue := range s.find("AWS::SQS::Queue") {
		if s.values[queue+".Arn"] == arn {
			policies, err := s.findResourcePolicy("AWS::SQS::QueuePolicy", queue)
			d.must(err)
			d.checkService(s, "events.amazonaws.com", "sqs:SendMessage", arn, rule, policies)
		}
	}
	name, err := s.resolve(target["RoleArn"])
	d.must(err)
	if role := d.roles[name]; role != nil {
		d.checkTrust(s, "events.amazonaws.com", role, rule)
	}
	if target["RunCommandParameters"] == nil {
		return
	}
	document, err := s.resolve(target["Arn"])
	d.must(err)
	_ = d.checkRole(d.roles[name], "ssm:SendCommand", document, nil) // recorded, as the next
	for _, instance := range s.find("AWS::EC2::Instance") {
		_ = d.checkRole(d.roles[name], "ssm:SendCommand", s.arn("ec2", "instance/"+instance), nil)
	}
}

// useTopics decides whether the alarms of a stack may publish to its topic.
func (d *Deployment) useTopics(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::SNS::Topic") {
		d.checkPublish(s, id, "cloudwatch.amazonaws.com", s.arn("cloudwatch", "alarm:any"))
	}
}

// useFlowLogs decides what VPC flow logs do with their role.
func (d *Deployment) useFlowLogs(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::EC2::FlowLog") {
		name, err := s.resolve(s.Resources[id].Properties["DeliverLogsPermissionArn"])
		d.must(err)
		group, err := s.resolve(s.Resources[id].Properties["LogDestination"])
		d.must(err)
		d.checkTrust(s, "vpc-flow-logs.amazonaws.com", d.roles[name], s.arn("ec2", "vpc-flow-log/"+id))
		_ = d.checkRole(d.roles[name], "logs:DescribeLogGroups", "*", nil) // recorded, as the others
		for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"} {
			_ = d.checkRole(d.roles[name], action, group, nil)
		}
	}
}

// publishRejection decides whether the rule of rejected files may publish to the topic of alarms.
func (d *Deployment) publishRejection() {
	d.Helper()
	for _, s := range d.stacks {
		for _, rule := range s.find("AWS::Events::Rule") {
			if stem(rule) != "Rejected" {
				continue
			}
			for _, topic := range s.find("AWS::SNS::Topic") {
				d.checkPublish(s, topic, "events.amazonaws.com", s.values[rule+".Arn"])
			}
		}
	}
}

// checkPublish decides whether a service may publish to a topic, and encrypt the message with the topic's key.
func (d *Deployment) checkPublish(s *Stack, topic, service, source string) {
	d.Helper()
	policies, err := s.findResourcePolicy("AWS::SNS::TopicPolicy", topic)
	d.must(err)
	d.checkService(s, service, "sns:Publish", s.values[topic], source, policies)
	key, err := s.resolve(s.Resources[topic].Properties["KmsMasterKeyId"])
	d.must(err)
	if key != "" {
		for _, action := range []string{"kms:GenerateDataKey", "kms:Decrypt"} {
			d.checkService(s, service, action, key, source, d.readKeyPolicy(s, key))
		}
	}
}

// checkTrust decides whether a service may assume a role for a resource.
func (d *Deployment) checkTrust(s *Stack, service string, role *Role, source string) {
	d.Helper()
	document, err := policy.FromTemplate(s.Resources[role.ID].Properties["AssumeRolePolicyDocument"], s.values)
	d.must(err)
	d.checkService(s, service, "sts:AssumeRole", role.ARN, source, []policy.Document{document})
}

// checkService decides a call of an AWS service for a resource of the stack, such as a rule, on a policy.
func (d *Deployment) checkService(s *Stack, service, action, resource, source string, policies []policy.Document) {
	context := d.buildContext(s.Account, map[string]string{
		"aws:SourceAccount": s.Account, "aws:SourceArn": source, "aws:PrincipalIsAWSService": "true",
	})
	d.decide(&Role{ID: service, ARN: service}, action, resource, context, policy.Policies{Owner: s.Account, Resource: policies})
}

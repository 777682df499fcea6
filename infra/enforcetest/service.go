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
		use("*", "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
			"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses")
	}
	if url := env["DATABASE_URL"]; url != "" {
		cluster := "cluster-RESOURCE"
		if e := d.config.Database.Existing; e != nil {
			cluster = e.ResourceID
		}
		use(s.arn("rds-db", "dbuser:"+cluster+"/"+findUser(url)), "rds-db:connect")
	}
}

// useDatabase decides what the function that makes the users of the database calls outside of it.
func (d *Deployment) useDatabase(id string, env environment) {
	d.Helper()
	for _, action := range []string{"rds-data:BeginTransaction", "rds-data:ExecuteStatement", "rds-data:CommitTransaction"} {
		_ = d.checkRole(d.keys[id], action, env["CLUSTER_ARN"], nil) // recorded, as all of these
	}
	for _, secret := range []string{env["MASTER_SECRET"], env["DASHBOARD_SECRET"]} {
		_ = d.checkRole(d.keys[id], "secretsmanager:GetSecretValue", secret, nil)
	}
}

// useMachine decides what Step Functions does with the role of a state machine: the delivery of logs, and traces.
func (d *Deployment) useMachine(s *Stack, id string) {
	d.Helper()
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
		_ = d.checkRole(d.roles[arn], "sqs:SendMessage", queue, nil) // recorded
	}
}

// useRules decides whether EventBridge may send the events of rules that it could not deliver to their queue.
func (d *Deployment) useRules(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::Events::Rule") {
		for _, target := range s.Resources[id].Properties["Targets"].([]any) {
			letters, _ := target.(map[string]any)["DeadLetterConfig"].(map[string]any)
			arn, err := s.resolve(letters["Arn"])
			d.must(err)
			for _, queue := range s.find("AWS::SQS::Queue") {
				if s.values[queue+".Arn"] != arn {
					continue
				}
				policies, err := s.findResourcePolicy("AWS::SQS::QueuePolicy", queue)
				d.must(err)
				d.checkService(s, "events.amazonaws.com", "sqs:SendMessage", arn, s.values[id+".Arn"], policies)
			}
		}
	}
}

// checkService decides a call of an AWS service for a resource of the stack, such as a rule, on a policy.
func (d *Deployment) checkService(s *Stack, service, action, resource, source string, policies []policy.Document) {
	context := d.buildContext(s.Account, map[string]string{
		"aws:SourceAccount": s.Account, "aws:SourceArn": source, "aws:PrincipalIsAWSService": "true",
	})
	d.decide(&Role{ID: service, ARN: service}, action, resource, context, policy.Policies{Owner: s.Account, Resource: policies})
}

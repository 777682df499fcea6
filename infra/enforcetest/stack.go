package enforcetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"view360/infra/policy"
	"view360/infra/synthtest"
)

// Stack is a synthesized stack as it would be deployed: every resource has the name and the ARN that policies see. Names
// that AWS would generate are logical ids.
type Stack struct {
	Account, Region string
	synthtest.Template
	Outputs map[string]struct {
		Value  any
		Export struct{ Name string }
	}
	values map[string]string // for policy.Resolve
}

// NewStack returns the stack of a template in an account and region, after the stacks whose exports it imports.
func NewStack(template []byte, account, region string, before ...*Stack) (*Stack, error) {
	s := &Stack{Account: account, Region: region, values: map[string]string{
		"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::Region": region, "AWS::URLSuffix": "amazonaws.com",
	}}
	if err := json.Unmarshal(template, s); err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	for _, other := range before {
		for _, output := range other.Outputs {
			if output.Export.Name == "" {
				continue
			}
			value, err := policy.Resolve(output.Value, other.values)
			if err != nil {
				return nil, err
			}
			s.values[output.Export.Name] = fmt.Sprint(value)
		}
	}
	for id, r := range s.Resources {
		s.nameResource(id, r)
	}
	return s, nil
}

// nameResource adds the return values of Ref and Fn::GetAtt of a resource.
func (s *Stack) nameResource(id string, r synthtest.Resource) {
	set := func(attribute, value string) { s.values[strings.TrimSuffix(id+"."+attribute, ".")] = value }
	switch r.Type {
	case "AWS::S3::Bucket":
		name := strings.ToLower(id) + "-" + s.Account
		if given, isText := r.Properties["BucketName"].(string); isText {
			name = given
		}
		set("", name)
		set("Arn", "arn:aws:s3:::"+name)
	case "AWS::KMS::Key":
		set("Arn", s.arn("kms", "key/"+id))
	case "AWS::Lambda::Function":
		set("Arn", s.arn("lambda", "function:"+id))
	case "AWS::StepFunctions::StateMachine":
		set("", s.arn("states", "stateMachine:"+id))
		set("Arn", s.arn("states", "stateMachine:"+id))
		set("Name", id)
	case "AWS::IAM::Role":
		path, _ := r.Properties["Path"].(string)
		name, isNamed := r.Properties["RoleName"].(string)
		if !isNamed {
			name = id
		}
		set("Arn", "arn:aws:iam::"+s.Account+":role/"+strings.TrimPrefix(path, "/")+name)
	case "AWS::SQS::Queue":
		set("", "https://sqs."+s.Region+".amazonaws.com/"+s.Account+"/"+id)
		set("Arn", s.arn("sqs", id))
	case "AWS::SNS::Topic":
		set("", s.arn("sns", id))
	case "AWS::Logs::LogGroup":
		set("Arn", s.arn("logs", "log-group:"+id+":*"))
	case "AWS::Events::Rule":
		set("Arn", s.arn("events", "rule/"+id))
	case "AWS::RDS::DBCluster":
		set("DBClusterArn", s.arn("rds", "cluster:"+strings.ToLower(id)))
		set("DBClusterResourceId", "cluster-RESOURCE")
	}
}

func (s *Stack) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + s.Region + ":" + s.Account + ":" + resource
}

// resolve returns a part of the template as text.
func (s *Stack) resolve(part any) (string, error) {
	value, err := policy.Resolve(part, s.values)
	if err != nil {
		return "", err
	}
	if value == nil {
		return "", nil
	}
	return fmt.Sprint(value), nil
}

// find returns the ids of the resources of a type, in order.
func (s *Stack) find(kind string) []string {
	ids := slices.Sorted(maps.Keys(s.Resources))
	return slices.DeleteFunc(ids, func(id string) bool { return s.Resources[id].Type != kind })
}

// listPolicies returns the policies of a role: those inside of it, and those attached to it.
func (s *Stack) listPolicies(role string) ([]policy.Document, error) {
	var documents []any
	inline, _ := s.Resources[role].Properties["Policies"].([]any)
	for _, p := range inline {
		documents = append(documents, p.(map[string]any)["PolicyDocument"])
	}
	for _, id := range s.find("AWS::IAM::Policy") {
		properties := s.Resources[id].Properties
		if strings.Contains(synthtest.ToJSON(properties["Roles"]), `{"Ref":"`+role+`"}`) {
			documents = append(documents, properties["PolicyDocument"])
		}
	}
	parsed := make([]policy.Document, len(documents))
	for i, document := range documents {
		var err error
		if parsed[i], err = policy.FromTemplate(document, s.values); err != nil {
			return nil, fmt.Errorf("role %s: %w", role, err)
		}
	}
	return parsed, nil
}

// findResourcePolicy returns the policy of a bucket, queue or topic: that of a resource of the type kind that lists it.
func (s *Stack) findResourcePolicy(kind, id string) ([]policy.Document, error) {
	for _, candidate := range s.find(kind) {
		properties := s.Resources[candidate].Properties
		attached := synthtest.ToJSON([]any{properties["Bucket"], properties["Queues"], properties["Topics"]})
		if strings.Contains(attached, `{"Ref":"`+id+`"}`) {
			document, err := policy.FromTemplate(properties["PolicyDocument"], s.values)
			return []policy.Document{document}, err
		}
	}
	return nil, nil
}

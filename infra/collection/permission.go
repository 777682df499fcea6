package collection

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"view360/infra/config"
	"view360/infra/function"
	"view360/shared/catalog"
)

// buildCollectorStatements is what a collector's role may ask AWS: in pull mode to assume the member role, with a session that is cut to
// the source's actions; otherwise the actions themselves.
func (s *Stack) buildCollectorStatements(source catalog.Source) []awsiam.PolicyStatement {
	if s.config.Collection.Mode == config.Pull {
		return []awsiam.PolicyStatement{s.allowMemberRole()}
	}
	fill := strings.NewReplacer("${Partition}", *s.Partition(), "${Region}", "*", "${Account}", *s.Account())
	var statements []awsiam.PolicyStatement
	for _, grant := range ListGrants([]catalog.Source{source}) {
		statements = append(statements, function.Allow(grant.Actions, fill.Replace(grant.Resource)))
	}
	return statements
}

// allowMemberRole allows the member role of any account; whose accounts it is in decides its trust policy.
func (s *Stack) allowMemberRole() awsiam.PolicyStatement {
	return function.Allow([]string{"sts:AssumeRole"}, "arn:"+*s.Partition()+":iam::*:role/"+s.config.Collection.RoleName)
}

// Grant are actions on one resource.
type Grant struct {
	Resource string // ARN with ${Partition}, ${Region} and ${Account}, or *
	Actions  []string
}

// ListGrants are the actions of sources, resource by resource in the order of the catalogue, each action once.
func ListGrants(sources []catalog.Source) []Grant {
	var grants []Grant
	place := map[string]int{}
	seen := map[catalog.Action]bool{}
	for _, source := range sources {
		for _, action := range source.Actions {
			resource := action.Resource
			if resource == "" {
				resource = "*"
			}
			once := catalog.Action{Name: action.Name, Resource: resource}
			if seen[once] {
				continue
			}
			seen[once] = true
			at, known := place[resource]
			if !known {
				at = len(grants)
				place[resource] = at
				grants = append(grants, Grant{Resource: resource})
			}
			grants[at].Actions = append(grants[at].Actions, action.Name)
		}
	}
	return grants
}

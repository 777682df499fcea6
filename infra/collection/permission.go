package collection

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"view360/infra/config"
	"view360/infra/function"
	"view360/shared/catalog"
)

// buildCollectorStatements returns the permissions of a collector's role: in pull mode to assume the member role, with a
// session that is limited to the source's actions; otherwise the actions themselves.
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

// allowMemberRole allows to assume the member role of any account, or of those of the organization if there is one. The
// role's trust policy decides which hub may.
func (s *Stack) allowMemberRole() awsiam.PolicyStatement {
	var conditions map[string]any
	if o := s.config.Organization; o != nil {
		conditions = map[string]any{"StringEquals": map[string]any{"aws:ResourceOrgID": o.ID}}
	}
	return function.AllowIf(conditions, []string{"sts:AssumeRole"}, "arn:"+*s.Partition()+":iam::*:role/"+s.config.Collection.RoleName)
}

// Grant is a list of actions on one resource.
type Grant struct {
	Resource string // ARN with ${Partition}, ${Region} and ${Account}, or *
	Actions  []string
}

// ListGrants returns the actions of sources by resource, in the order of the catalog, without duplicates.
func ListGrants(sources []catalog.Source) []Grant {
	var grants []Grant
	indexes := map[string]int{}
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
			i, known := indexes[resource]
			if !known {
				i = len(grants)
				indexes[resource] = i
				grants = append(grants, Grant{Resource: resource})
			}
			grants[i].Actions = append(grants[i].Actions, action.Name)
		}
	}
	return grants
}

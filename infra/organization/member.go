package organization

import (
	"slices"
	"strings"

	"view360/infra/collection"
	"view360/infra/config"
)

// object is a JSON object of a template.
type object = map[string]any

// buildMemberRole returns the member role as a CloudFormation resource. Its name is fixed, because the hub must know it.
func buildMemberRole(f config.Config) object {
	properties := object{
		"RoleName":                 f.Collection.RoleName,
		"Description":              "View360 reads this account's costs, configuration and findings",
		"AssumeRolePolicyDocument": buildDocument(buildTrust(f)),
		"Policies": []any{object{
			"PolicyName": "read", "PolicyDocument": buildDocument(listStatements(f)...),
		}},
	}
	if f.PermissionsBoundary != "" {
		properties["PermissionsBoundary"] = buildSub("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/" + f.PermissionsBoundary)
	}
	return object{"Type": "AWS::IAM::Role", "Properties": properties}
}

func buildDocument(statements ...any) object {
	return object{"Version": "2012-10-17", "Statement": statements}
}

// buildTrust returns a statement that allows only the hub's roles for collection to assume the role, with the external id.
func buildTrust(f config.Config) object {
	equals := object{"sts:ExternalId": f.Collection.ExternalID}
	if f.Organization != nil {
		equals["aws:PrincipalOrgID"] = f.Organization.ID
	}
	return object{
		"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": object{"AWS": buildSub("arn:${AWS::Partition}:iam::" + f.Hub.Account + ":root")},
		"Condition": object{
			"StringEquals": equals,
			"ArnLike":      object{"aws:PrincipalArn": buildSub("arn:${AWS::Partition}:iam::" + f.Hub.Account + ":role" + f.RolePath("collect") + "*")},
		},
	}
}

// listStatements returns the permissions of all collectors together, and to list regions for the plan. Each session is
// limited to the actions of one collector.
func listStatements(f config.Config) []any {
	fill := strings.NewReplacer("${Partition}", "${AWS::Partition}", "${Region}", "*", "${Account}", "${AWS::AccountId}")
	account := buildSub("arn:${AWS::Partition}:account::${AWS::AccountId}:account")
	list := []any{object{"Effect": "Allow", "Action": []string{"account:ListRegions"}, "Resource": account}}
	for _, grant := range collection.ListGrants(f.ListSources()) {
		actions := slices.Sorted(slices.Values(grant.Actions))
		var resource any = "*"
		if grant.Resource != "*" {
			resource = buildSub(fill.Replace(grant.Resource))
		}
		list = append(list, object{"Effect": "Allow", "Action": actions, "Resource": resource})
	}
	return list
}

func buildSub(text string) object { return object{"Fn::Sub": text} }

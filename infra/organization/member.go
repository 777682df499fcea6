package organization

import (
	"slices"
	"strings"

	"view360/infra/collection"
	"view360/infra/config"
)

// object is a JSON object of a template.
type object = map[string]any

// memberRole is the role of one account, as CloudFormation has it. Its name is fixed, because the hub must know it.
func memberRole(f config.Config) object {
	properties := object{
		"RoleName":                 f.Collection.RoleName,
		"Description":              "View360 reads this account's costs, configuration and findings",
		"AssumeRolePolicyDocument": document(trust(f)),
		"Policies": []any{object{
			"PolicyName": "read", "PolicyDocument": document(statements(f)...),
		}},
	}
	if f.PermissionsBoundary != "" {
		properties["PermissionsBoundary"] = sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/" + f.PermissionsBoundary)
	}
	return object{"Type": "AWS::IAM::Role", "Properties": properties}
}

func document(statements ...any) object {
	return object{"Version": "2012-10-17", "Statement": statements}
}

// trust lets in the collecting roles of the hub and nobody else of its account, and only with the external id.
func trust(f config.Config) object {
	equals := object{"sts:ExternalId": f.Collection.ExternalID}
	if f.Organization != nil {
		equals["aws:PrincipalOrgID"] = f.Organization.ID
	}
	return object{
		"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": object{"AWS": sub("arn:${AWS::Partition}:iam::" + f.Hub.Account + ":root")},
		"Condition": object{
			"StringEquals": equals,
			"ArnLike":      object{"aws:PrincipalArn": sub("arn:${AWS::Partition}:iam::" + f.Hub.Account + ":role" + f.RolePath("collect") + "*")},
		},
	}
}

// statements are what all collectors together may do, and to list regions for the plan. Each session is cut to the actions
// of one collector.
func statements(f config.Config) []any {
	fill := strings.NewReplacer("${Partition}", "${AWS::Partition}", "${Region}", "*", "${Account}", "${AWS::AccountId}")
	account := sub("arn:${AWS::Partition}:account::${AWS::AccountId}:account")
	list := []any{object{"Effect": "Allow", "Action": []string{"account:ListRegions"}, "Resource": account}}
	for _, grant := range collection.Grants(f.Covered()) {
		actions := slices.Sorted(slices.Values(grant.Actions))
		var resource any = "*"
		if grant.Resource != "*" {
			resource = sub(fill.Replace(grant.Resource))
		}
		list = append(list, object{"Effect": "Allow", "Action": actions, "Resource": resource})
	}
	return list
}

func sub(text string) object { return object{"Fn::Sub": text} }

package quicksight

import "strings"

// principal is the ARN of a group.
func (b *builder) principal(group string) string {
	region, namespace := b.IdentityRegion, b.Namespace
	if region == "" {
		region = *b.Region()
	}
	if namespace == "" {
		namespace = "default"
	}
	return strings.Join([]string{"arn", *b.Partition(), "quicksight", region, *b.Account(), "group/" + namespace + "/" + group}, ":")
}

// permissions grant actions of QuickSight to groups; nobody else gets any.
func (b *builder) permissions(groups []string, actions ...string) []any {
	granted := []any{}
	for _, group := range groups {
		var names []any
		for _, action := range actions {
			names = append(names, "quicksight:"+action)
		}
		granted = append(granted, object{"Principal": b.principal(group), "Actions": names})
	}
	return granted
}

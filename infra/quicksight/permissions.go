package quicksight

import "strings"

// formatGroupARN returns the ARN of a QuickSight group.
func (b *builder) formatGroupARN(group string) string {
	region, namespace := b.IdentityRegion, b.Namespace
	if region == "" {
		region = *b.Region()
	}
	if namespace == "" {
		namespace = "default"
	}
	return strings.Join([]string{"arn", *b.Partition(), "quicksight", region, *b.Account(), "group/" + namespace + "/" + group}, ":")
}

// buildPermissions returns permissions for QuickSight actions of groups.
func (b *builder) buildPermissions(groups []string, actions ...string) []any {
	granted := []any{}
	for _, group := range groups {
		var names []any
		for _, action := range actions {
			names = append(names, "quicksight:"+action)
		}
		granted = append(granted, object{"Principal": b.formatGroupARN(group), "Actions": names})
	}
	return granted
}

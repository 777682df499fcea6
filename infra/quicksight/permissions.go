package quicksight

import (
	"cmp"
	"strings"
)

// formatGroupARN returns the ARN of a QuickSight group.
func (b *builder) formatGroupARN(group string) string {
	region := cmp.Or(b.IdentityRegion, *b.Region())
	return strings.Join([]string{"arn", *b.Partition(), "quicksight", region, *b.Account(), "group/" + b.findNamespace() + "/" + group}, ":")
}

// findNamespace returns the namespace of the groups.
func (b *builder) findNamespace() string { return cmp.Or(b.Namespace, "default") }

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

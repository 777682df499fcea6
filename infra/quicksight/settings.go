package quicksight

import "strings"

// Settings are the choices of the installation.
type Settings struct {
	// Viewers and Authors are groups of QuickSight, by their names: viewers see the dashboard, authors may also use the
	// data sets and edit the analysis that it was published from. Without authors there is no analysis.
	Viewers, Authors []string
	// Namespace of the groups; "" means default.
	Namespace string
	// IdentityRegion is where QuickSight keeps its users; "" means the region of the stack.
	IdentityRegion string
	// DirectQuery makes every view of the dashboard query the database, which then never sleeps. Otherwise the data is
	// copied to SPICE once a day.
	DirectQuery bool
	// RefreshAt is the time of that copy, such as "06:00" in TimeZone, after the daily load.
	RefreshAt, TimeZone string
	// Rows limits groups to the accounts of a customer or partner. Without any, every viewer sees every account.
	Rows []RowRule
	// ExistingSecretsRole says that the account already has QuickSight's role for secrets; see network.go.
	ExistingSecretsRole bool
}

// RowRule lets a group see the accounts of a customer, of a partner, or of both at once. With neither it sees all.
type RowRule struct{ Group, Customer, Partner string }

// Spice reports whether data is copied to SPICE.
func (s Settings) Spice() bool { return !s.DirectQuery }

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

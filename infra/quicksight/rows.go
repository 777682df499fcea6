package quicksight

import (
	"fmt"
	"strings"

	"view360/infra/config"
	"view360/infra/quicksight/dataset"
)

// newRules is the ARN of the data set that says which rows each group sees; "" when every viewer sees all. A group without a rule sees
// nothing.
// https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-row-level-security.html
func (b *builder) newRules(source string) string {
	if len(b.Rows) == 0 {
		return ""
	}
	columns := []dataset.Column{
		{Name: "GroupName", Type: dataset.String}, {Name: "account_customer", Type: dataset.String}, {Name: "account_partner", Type: dataset.String},
	}
	const name = "row_rules"
	properties := b.buildQuery(source, name, buildRulesQuery(b.Rows), columns)
	properties["UseAs"] = "RLS_RULES"
	delete(properties, "Permissions") // authors must not pass it on
	made := b.newResource(toLogicalID(name), "DataSet", properties)
	b.newRefresh(made, name, 0)
	return getARN(made)
}

// buildRulesQuery makes rows of the rules; null means any value.
func buildRulesQuery(rules []config.RowRule) string {
	var lines []string
	for _, r := range rules {
		lines = append(lines, fmt.Sprintf("(%s, %s, %s)", toLiteral(r.Group), toLiteral(r.Customer), toLiteral(r.Partner)))
	}
	return `select "GroupName", account_customer, account_partner from (values ` + strings.Join(lines, ", ") +
		`) as rules ("GroupName", account_customer, account_partner)`
}

// toLiteral is text in SQL, and null for none.
func toLiteral(text string) string {
	if text == "" {
		return "null::text"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'::text"
}

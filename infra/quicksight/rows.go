package quicksight

import (
	"fmt"
	"strings"

	"view360/infra/config"
	"view360/infra/quicksight/dataset"
)

// newRules creates the data set of row-level security, with the rows that each group sees, and returns its ARN, or "" if
// every viewer sees all rows. A group without a rule sees none.
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
	delete(properties, "Permissions") // authors must not share it
	created := b.newResource(toLogicalID(name), "DataSet", properties)
	b.newRefresh(created, name, 0)
	return getARN(created)
}

// limitRows adds to a data set the rules that say which rows a group sees. They belong to a semantic table, and that to a
// configuration of data preparation: here, the whole query and nothing else. RowLevelPermissionDataSet, which needed
// neither, is deprecated.
// https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSet.html
func (b *builder) limitRows(set object, name, rules string) {
	const source, read, result, model = "source", "read", "result", "model" // ids within the data set
	set["DataPrepConfiguration"] = object{
		"SourceTableMap": object{source: object{"PhysicalTableId": toDashed(name)}},
		"TransformStepMap": object{read: object{"ImportTableStep": object{
			"Alias": name, "Source": object{"SourceTableId": source},
		}}},
		"DestinationTableMap": object{result: object{"Alias": name, "Source": object{"TransformOperationId": read}}},
	}
	set["SemanticModelConfiguration"] = object{"TableMap": object{model: object{
		"Alias": name, "DestinationTableId": result,
		"RowLevelPermissionConfiguration": object{"RowLevelPermissionDataSet": object{
			// This version has names of groups, of one namespace; the other one has ARNs.
			"Arn": rules, "PermissionPolicy": "GRANT_ACCESS", "FormatVersion": "VERSION_1", "Namespace": b.findNamespace(), "Status": "ENABLED",
		}},
	}}}
}

// buildRulesQuery returns a SQL query with a row for each rule; null means any value.
func buildRulesQuery(rules []config.RowRule) string {
	var lines []string
	for _, r := range rules {
		lines = append(lines, fmt.Sprintf("(%s, %s, %s)", toLiteral(r.Group), toLiteral(r.Customer), toLiteral(r.Partner)))
	}
	return `select "GroupName", account_customer, account_partner from (values ` + strings.Join(lines, ", ") +
		`) as rules ("GroupName", account_customer, account_partner)`
}

// toLiteral returns text as a SQL literal, or null if it is empty.
func toLiteral(text string) string {
	if text == "" {
		return "null::text"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'::text"
}

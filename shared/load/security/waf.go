package security

import "view360/shared/load"

var wafRules = load.Table{
	Name: "waf_rules", Section: "security.waf[]", Nature: load.CurrentState,
	Key: []string{"account_id", "waf_id"},
	Columns: []load.Column{
		{Name: "name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "waf_id", Member: "id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "arn", Type: load.Varchar(255)},
		{Name: "scope", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "description", Type: load.Text},
		{Name: "default_action", Type: load.JSON},
		{Name: "rules_count", Type: load.Integer, Default: "0"},
		{Name: "logging_enabled", Type: load.Boolean, Default: "f"},
		{Name: "geo_blocking_enabled", Type: load.Boolean, Default: "f"},
		{Name: "blocked_countries", Type: load.Text},
	},
}

var wafRulesDetailed = load.Table{
	Name: "waf_rules_detailed", Section: "security.waf_rules[]", Nature: load.CurrentState,
	HasUpdatedAt: true,
	Key:          []string{"account_id", "web_acl_name", "rule_name", "scope"},
	Columns: []load.Column{
		{Name: "web_acl_name", Type: load.Varchar(255), Rule: load.Required},
		{Name: "rule_name", Type: load.Varchar(255), Rule: load.Required},
		{Name: "priority", Type: load.Integer, Rule: load.Required},
		{Name: "action", Type: load.Text},
		{Name: "statement_type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "is_managed_rule", Type: load.Boolean, Default: "f"},
		{Name: "is_custom_rule", Type: load.Boolean, Default: "t"},
		{Name: "rate_limit", Type: load.Boolean, Default: "f"},
		{Name: "logging_enabled", Type: load.Boolean, Default: "f"},
		{Name: "geo_blocking", Type: load.Boolean, Default: "f"},
		{Name: "sql_injection", Type: load.Boolean, Default: "f"},
		{Name: "sample_request_enabled", Type: load.Boolean, Default: "f"},
		{Name: "cloudwatch_enabled", Type: load.Boolean, Default: "f"},
		{Name: "has_xss_protection", Type: load.Boolean, Default: "f"},
		{Name: "waf_version", Type: load.Varchar(10), Rule: load.Cut, Default: "v2"},
		{Name: "is_compliant", Type: load.Boolean, Default: "f"},
		{Name: "scope", Type: load.Varchar(20), Default: "REGIONAL", Rule: load.Required},
	},
}

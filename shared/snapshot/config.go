package snapshot

// Config is the section config. The loaders of the Python version make every member a column, so none may be added.
type Config struct {
	DateFrom string `json:"date_from"`
	DateTo   string `json:"date_to"`
	ConfigCounters
}

// ConfigCounters describe the rules at the time of the run. They are null for a past date: nobody knows them any more.
type ConfigCounters struct {
	ComplianceScore   *float64 `json:"compliance_score"` // percent, two decimals; 0 without rules
	TotalRules        *int     `json:"total_rules"`
	CompliantRules    *int     `json:"compliant_rules"`
	NonCompliantRules *int     `json:"non_compliant_rules"`
	CurrNonCompliant  *int     `json:"curr_non_compliant"` // of the rules with a result below
	CurrCompliant     *int     `json:"curr_compliant"`
}

// ConfigEvaluation is one element of config.non_compliant_resources, of either compliance type.
type ConfigEvaluation struct {
	RuleName     string  `json:"rule_name"`
	ResourceID   *string `json:"resource_id"`
	ResourceType *string `json:"resource_type"`
	// RecordedAt is ResultRecordedTime, despite the member's name.
	RecordedAt      *Time   `json:"config_rule_invoked_time"`
	ConformancePack string  `json:"conformance_pack"` // Standalone if the rule belongs to none
	ComplianceType  string  `json:"compliance_type"`
	Annotation      *string `json:"annotation"`
	EvaluationMode  *string `json:"evaluation_mode"`
}

package snapshot

// TrustedAdvisorCheck is one element of trusted_advisor: a check that flags resources now.
type TrustedAdvisorCheck struct {
	CheckName              *string  `json:"check_name"`
	Category               *string  `json:"category"` // such as cost_optimizing or fault_tolerance
	Severity               string   `json:"severity"` // the check's status: warning or error
	Recommendation         *string  `json:"recommendation"`
	AffectedResourcesCount int64    `json:"affected_resources_count"` // without those that somebody suppressed
	PotentialSavings       *float64 `json:"potential_savings"`        // US dollars a month; null unless the check is about cost
	Timestamp              *Time    `json:"timestamp"`                // of the check's last refresh
}

package snapshot

// GuardDutyFinding is one element of security.guard_duty. Times are the API's own text.
type GuardDutyFinding struct {
	ID          *string  `json:"id"`
	Type        *string  `json:"type"`
	Severity    *float64 `json:"severity"` // 1 to 10
	Title       *string  `json:"title"`
	Description *string  `json:"description"`
	CreatedAt   *string  `json:"created_at"`
	UpdatedAt   *string  `json:"updated_at"`
	Confidence  *float64 `json:"confidence"`
	Region      *string  `json:"region"`
	// SeverityLabel and Archived are our additions. Archived: somebody, or a suppression rule, archived the finding.
	SeverityLabel *string `json:"severity_label"` // Low, Medium, High or Critical
	Archived      bool    `json:"archived"`
}

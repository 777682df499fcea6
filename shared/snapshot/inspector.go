package snapshot

// InspectorFinding is one element of security.inspector.
type InspectorFinding struct {
	FindingARN      *string `json:"finding_arn"`
	Severity        *string `json:"severity"` // INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL or UNTRIAGED
	Status          *string `json:"status"`   // ACTIVE, SUPPRESSED or CLOSED
	Type            *string `json:"type"`
	Title           *string `json:"title"`
	Description     *string `json:"description"`
	FirstObservedAt *Time   `json:"first_observed_at"`
	LastObservedAt  *Time   `json:"last_observed_at"`
	UpdatedAt       *Time   `json:"updated_at"`
	// ExploitAvailable, FixAvailable and EPSS are our additions.
	ExploitAvailable *string  `json:"exploit_available"` // YES or NO
	FixAvailable     *string  `json:"fix_available"`     // YES, NO or PARTIAL
	EPSS             *float64 `json:"epss"`              // probability of an exploit in the next 30 days, 0 to 1
}

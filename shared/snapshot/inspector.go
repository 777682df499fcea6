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
}

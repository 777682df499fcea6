package snapshot

// SecurityHubProduct is one element of security.security_hub: the findings of one product that changed in the window, or, of
// the present, are open.
type SecurityHubProduct struct {
	SecurityHubCounts
	Findings []SecurityHubFinding `json:"findings"`
}

// SecurityHubCounts counts a product's findings of the window, not its backlog.
type SecurityHubCounts struct {
	Service          string         `json:"service"` // the product's name, empty where a finding has none
	TotalFindings    int            `json:"total_findings"`
	SeverityCounts   SeverityCounts `json:"severity_counts"`
	OpenFindings     int            `json:"open_findings"`     // active, and not notified, suppressed, or resolved
	ResolvedFindings int            `json:"resolved_findings"` // workflow status RESOLVED
}

// SeverityCounts is the number of findings by severity label; other labels are not counted.
type SeverityCounts struct {
	Critical      int `json:"CRITICAL"`
	High          int `json:"HIGH"`
	Medium        int `json:"MEDIUM"`
	Low           int `json:"LOW"`
	Informational int `json:"INFORMATIONAL"` // always 0: they are not collected
}

// SecurityHubFinding is one finding. Times are the API's own text; the resource is the finding's first.
type SecurityHubFinding struct {
	FindingID        *string `json:"finding_id"`
	Service          *string `json:"service"` // the type of the resource, not the product
	Title            *string `json:"title"`
	Description      *string `json:"description"`
	Severity         string  `json:"severity"` // UNKNOWN where the finding has no label
	Status           string  `json:"status"`   // of the workflow, OPEN where the finding has none
	ResourceType     *string `json:"resource_type"`
	ResourceID       *string `json:"resource_id"`
	CreatedAt        *string `json:"created_at"`
	UpdatedAt        *string `json:"updated_at"`
	Recommendation   *string `json:"recommendation"`
	ComplianceStatus *string `json:"compliance_status"`
	Region           *string `json:"region"`
	WorkflowState    string  `json:"workflow_state"`
	RecordState      string  `json:"record_state"` // ACTIVE or ARCHIVED
	ProductName      *string `json:"product_name"`
	CompanyName      *string `json:"company_name"`
	ProductARN       *string `json:"product_arn"`
	GeneratorID      *string `json:"generator_id"`
	Generator        string  `json:"generator"` // the product's name again
}

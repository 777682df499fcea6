package snapshot

// SupportTicket is one element of support_tickets: a case of AWS Support.
type SupportTicket struct {
	CaseID       string  `json:"case_id"`
	DisplayID    string  `json:"display_id"` // the number that the console shows
	Subject      string  `json:"subject"`
	Status       string  `json:"status"`        // such as opened, pending-customer-action or resolved
	SeverityCode string  `json:"severity_code"` // low, normal, high, urgent or critical
	ServiceCode  string  `json:"service_code"`
	CategoryCode *string `json:"category_code"`
	TimeCreated  Time    `json:"time_created"`
	SubmittedBy  *string `json:"submitted_by"` // an email address; null where contacts are left out
	Language     string  `json:"language"`     // ISO 639-1, en when the API has none
	DateFrom     string  `json:"date_from"`    // the window's start, YYYY-MM-DD
	DateTo       string  `json:"date_to"`      // the window's end, exclusive, YYYY-MM-DD
}

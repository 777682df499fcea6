package snapshot

// ResilienceApp is one element of resilience_hub: an application in Resilience Hub.
type ResilienceApp struct {
	AppARN             string   `json:"app_arn"`
	Name               *string  `json:"name"`
	Description        *string  `json:"description"`
	CreationTime       *Time    `json:"creation_time"`
	LastAssessmentTime *Time    `json:"last_assessment_time"` // null for an application that was never assessed
	ComplianceStatus   *string  `json:"compliance_status"`    // such as PolicyMet or NotAssessed
	ResiliencyScore    *float64 `json:"resiliency_score"`     // 0 to 100; null for an application that was never assessed
	Status             *string  `json:"status"`
	RPO                *int32   `json:"rpo"`        // seconds: the application's, or its policy's for the loss of a zone
	RTO                *int32   `json:"rto"`        // seconds, likewise
	LastDrill          *Time    `json:"last_drill"` // always null: the API has no source for it
	Cost               *float64 `json:"cost"`       // amount of the latest successful assessment, in its currency
}

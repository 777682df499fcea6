package snapshot

// HealthEvent is one element of health: an event of the AWS Health dashboard that is open or upcoming, or was closed in
// the window.
type HealthEvent struct {
	ARN               *string `json:"arn"`
	Service           *string `json:"service"`             // such as EC2
	EventTypeCode     *string `json:"event_type_code"`     // such as AWS_EC2_OPERATIONAL_ISSUE
	EventTypeCategory *string `json:"event_type_category"` // issue, accountNotification or scheduledChange
	Region            *string `json:"region"`              // global for services that have no region
	AvailabilityZone  *string `json:"availability_zone"`
	StartTime         *Time   `json:"start_time"`
	EndTime           *Time   `json:"end_time"` // null while the event has no known end
	LastUpdatedTime   *Time   `json:"last_updated_time"`
	StatusCode        *string `json:"status_code"`      // open, upcoming or closed
	EventScopeCode    *string `json:"event_scope_code"` // PUBLIC or ACCOUNT_SPECIFIC
	// Actionability and Personas are our additions.
	Actionability *string  `json:"actionability"` // ACTION_REQUIRED, ACTION_MAY_BE_REQUIRED or INFORMATIONAL
	Personas      []string `json:"personas"`      // OPERATIONS, SECURITY, BILLING
}

package snapshot

// Trail is one element of security.cloudtrail. The members of its status are null if access is denied.
type Trail struct {
	Name                *string `json:"name"`
	ARN                 *string `json:"arn"`
	IsLogging           *bool   `json:"is_logging"`
	IsMultiRegion       *bool   `json:"is_multi_region"`
	IncludeGlobalEvents *bool   `json:"include_global_events"`
	S3Bucket            *string `json:"s3_bucket"`
	KMSKeyID            *string `json:"kms_key_id"` // null: not encrypted with a KMS key
	LogFileValidation   *bool   `json:"log_file_validation"`
	// RecentEventsCount is the number of management events of the account in the region in the window, at most 50, the
	// same for all trails of the region; null if access is denied.
	RecentEventsCount  *int  `json:"recent_events_count"`
	LatestDeliveryTime *Time `json:"latest_delivery_time"`
	StartLoggingTime   *Time `json:"start_logging_time"`
	StopLoggingTime    *Time `json:"stop_logging_time"`
}

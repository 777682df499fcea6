package snapshot

// Secret is one element of security.secrets_manager: the properties of a secret, never its value.
type Secret struct {
	Name              *string `json:"name"`
	ARN               *string `json:"arn"`
	Description       *string `json:"description"` // null where the deployment omits tags
	CreatedDate       *Time   `json:"created_date"`
	LastChangedDate   *Time   `json:"last_changed_date"`
	LastAccessedDate  *Time   `json:"last_accessed_date"` // the day, without a time
	RotationEnabled   bool    `json:"rotation_enabled"`   // false where rotation was never set
	RotationLambdaARN *string `json:"rotation_lambda_arn"`
	KMSKeyID          *string `json:"kms_key_id"` // null: the account's default key
	Tags              []Tag   `json:"tags"`       // empty where the deployment omits tags
}

// Tag is a tag with the API's own member names.
type Tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

package snapshot

// IAMUser is one element of iam: an IAM user's credentials, or those of the root user, whose name is <root_account>.
// Times are null if the event never happened or IAM does not record it.
type IAMUser struct {
	Username             string           `json:"username"`
	ARN                  string           `json:"arn"`
	CreatedDate          *Time            `json:"created_date"`
	PasswordEnabled      *bool            `json:"password_enabled"` // null for the root user
	PasswordLastUsed     *Time            `json:"password_last_used"`
	PasswordLastChanged  *Time            `json:"password_last_changed"`
	PasswordNextRotation *Time            `json:"password_next_rotation"`
	MFAEnabled           bool             `json:"mfa_enabled"`
	AccessKeysCount      int              `json:"access_keys_count"` // inactive ones included
	AccessKeys           []IAMAccessKey   `json:"access_keys"`
	Certificates         []IAMCertificate `json:"certificates"` // for signing requests
}

// IAMAccessKey is an access key; its id is not known.
type IAMAccessKey struct {
	Active          bool    `json:"active"`
	LastRotated     *Time   `json:"last_rotated"` // or created
	LastUsedDate    *Time   `json:"last_used_date"`
	LastUsedRegion  *string `json:"last_used_region"`
	LastUsedService *string `json:"last_used_service"`
}

// IAMCertificate is a signing certificate.
type IAMCertificate struct {
	Active      bool  `json:"active"`
	LastRotated *Time `json:"last_rotated"` // or uploaded
}

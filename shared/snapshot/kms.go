package snapshot

// KMSKey is one element of security.kms.
type KMSKey struct {
	KeyID              string  `json:"key_id"`
	ARN                *string `json:"arn"`
	Description        *string `json:"description"`
	KeyUsage           *string `json:"key_usage"`
	KeyState           *string `json:"key_state"`
	CreationDate       *Time   `json:"creation_date"`
	Enabled            *bool   `json:"enabled"`
	KeyRotationEnabled *bool   `json:"key_rotation_enabled"` // null if the key policy denies access
}

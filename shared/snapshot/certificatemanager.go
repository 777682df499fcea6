package snapshot

// Certificate is one element of security.certificate_manager. Where a certificate cannot be described, what only the
// description has (signature_algorithm, object identifiers) is null, and names beyond the first 100 are missing.
type Certificate struct {
	ARN                     *string            `json:"arn"`
	DomainName              *string            `json:"domain_name"`
	SubjectAlternativeNames []string           `json:"subject_alternative_names"`
	Status                  *string            `json:"status"`
	Type                    *string            `json:"type"`
	KeyAlgorithm            *string            `json:"key_algorithm"`
	SignatureAlgorithm      *string            `json:"signature_algorithm"`
	CreatedAt               *Time              `json:"created_at"` // null for imported ones
	IssuedAt                *Time              `json:"issued_at"`  // null for imported ones and before validation
	NotBefore               *Time              `json:"not_before"`
	NotAfter                *Time              `json:"not_after"`
	RenewalEligibility      *string            `json:"renewal_eligibility"`
	KeyUsages               []KeyUsage         `json:"key_usages"`
	ExtendedKeyUsages       []ExtendedKeyUsage `json:"extended_key_usages"`
}

// KeyUsage is a purpose of a certificate's key, with the API's own member name.
type KeyUsage struct {
	Name string `json:"Name"`
}

// ExtendedKeyUsage is a further purpose, with the API's own member names.
type ExtendedKeyUsage struct {
	Name string  `json:"Name"`
	OID  *string `json:"OID"`
}

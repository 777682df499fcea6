package snapshot

// Account is the section account: the account's identity and labels. The loaders of the Python version make every member
// except contact_info, alternate_contacts, and product a column, so none may be added.
type Account struct {
	AccountID       string       `json:"account_id"`
	AccountName     *string      `json:"account_name"`
	AccountEmail    *string      `json:"account_email"`
	AccountStatus   string       `json:"account_status"`
	AccountARN      *string      `json:"account_arn"`
	PartnerName     string       `json:"partner_name"` // None when unset, like the other labels
	CustomerName    string       `json:"customer_name"`
	Category        string       `json:"category"`
	AccountType     string       `json:"account_type"`
	JoinedMethod    *string      `json:"joined_method"`
	JoinedTimestamp *Time        `json:"joined_timestamp"`
	Region          string       `json:"region"`       // of the snapshot
	Product         string       `json:"product"`      // names separated by commas
	ContactInfo     *ContactInfo `json:"contact_info"` // {} if it could not be read
	// AlternateContacts has the members billing, operations, and security: null if the account has no such contact, and
	// without the member if the contact could not be read.
	AlternateContacts map[string]*AlternateContact `json:"alternate_contacts"`
}

// ContactInfo is the account's primary contact.
type ContactInfo struct {
	AddressLine1  *string `json:"address_line1"`
	AddressLine2  *string `json:"address_line2"`
	AddressLine3  *string `json:"address_line3"`
	City          *string `json:"city"`
	CountryCode   *string `json:"country_code"`
	PostalCode    *string `json:"postal_code"`
	StateOrRegion *string `json:"state_or_region"`
	CompanyName   *string `json:"company_name"`
	PhoneNumber   *string `json:"phone_number"`
	WebsiteURL    *string `json:"website_url"`
	FullName      *string `json:"full_name"`
}

// AlternateContact is a contact for one purpose.
type AlternateContact struct {
	Name  *string `json:"name"`
	Title *string `json:"title"`
	Email *string `json:"email"`
	Phone *string `json:"phone"`
}

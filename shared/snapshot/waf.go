package snapshot

// WebACL is one element of security.waf.
type WebACL struct {
	Name                     *string    `json:"name"`
	ID                       *string    `json:"id"`
	ARN                      *string    `json:"arn"`
	Scope                    string     `json:"scope"` // REGIONAL or CLOUDFRONT
	Description              string     `json:"description"`
	DefaultAction            *WAFAction `json:"default_action"`
	RulesCount               int        `json:"rules_count"`
	Capacity                 int64      `json:"capacity"` // WCU
	ManagedRulesCount        int        `json:"managed_rules_count"`
	RateLimitRulesCount      int        `json:"rate_limit_rules_count"`
	CustomRulesCount         int        `json:"custom_rules_count"`
	AssociatedResources      []string   `json:"associated_resources"` // ARNs
	AssociatedResourcesCount int        `json:"associated_resources_count"`
	LoggingEnabled           bool       `json:"logging_enabled"`
	LogDestinations          []string   `json:"log_destinations"`     // ARNs
	GeoBlockingEnabled       bool       `json:"geo_blocking_enabled"` // blocked_countries is not empty
	BlockedCountries         []string   `json:"blocked_countries"`    // codes, of all rules in order
	IPSets                   []string   `json:"ip_sets"`              // ARNs
	CreatedDate              *Time      `json:"created_date"`         // always null: the API has no source for it
	LastModified             *Time      `json:"last_modified"`        // always null: the API has no source for it
	Tags                     []Tag      `json:"tags"`                 // empty where the deployment omits tags
	SampledRequestsEnabled   bool       `json:"sampled_requests_enabled"`
	CloudWatchMetricsEnabled bool       `json:"cloudwatch_metrics_enabled"`
}

// WAFRule is one element of security.waf_rules.
type WAFRule struct {
	WebACLName           string    `json:"web_acl_name"`
	RuleName             string    `json:"rule_name"`
	Priority             int32     `json:"priority"`
	Action               WAFAction `json:"action"`         // the rule's, or the override of its group's
	StatementType        string    `json:"statement_type"` // the API's member name, Unknown for none
	IsManagedRule        bool      `json:"is_managed_rule"`
	IsCustomRule         bool      `json:"is_custom_rule"`
	RateLimit            bool      `json:"rate_limit"`
	LoggingEnabled       bool      `json:"logging_enabled"` // of the web ACL
	GeoBlocking          bool      `json:"geo_blocking"`    // matches countries, nested statements included
	SQLInjection         bool      `json:"sql_injection"`   // looks for it, nested and managed ones included
	SampleRequestEnabled bool      `json:"sample_request_enabled"`
	CloudWatchEnabled    bool      `json:"cloudwatch_enabled"`
	HasXSSProtection     bool      `json:"has_xss_protection"` // looks for it, nested and managed ones included
	WAFVersion           string    `json:"waf_version"`        // v2
	IsCompliant          bool      `json:"is_compliant"`
	Scope                string    `json:"scope"` // REGIONAL or CLOUDFRONT
}

// WAFAction is an action with the API's own member names; exactly one is set.
type WAFAction struct {
	Allow     *WAFReply `json:"Allow,omitempty"`
	Block     *WAFReply `json:"Block,omitempty"`
	Count     *WAFReply `json:"Count,omitempty"`
	Captcha   *WAFReply `json:"Captcha,omitempty"`
	Challenge *WAFReply `json:"Challenge,omitempty"`
	None      *WAFReply `json:"None,omitempty"`
}

// WAFReply is the change to a request or the response of an action.
type WAFReply struct {
	CustomRequestHandling *WAFRequestHandling `json:"CustomRequestHandling,omitempty"`
	CustomResponse        *WAFResponse        `json:"CustomResponse,omitempty"`
}

// WAFRequestHandling has the headers that are added to a forwarded request.
type WAFRequestHandling struct {
	InsertHeaders []WAFHeader `json:"InsertHeaders"`
}

// WAFResponse is the response to a blocked request.
type WAFResponse struct {
	ResponseCode          *int32      `json:"ResponseCode,omitempty"`
	CustomResponseBodyKey *string     `json:"CustomResponseBodyKey,omitempty"`
	ResponseHeaders       []WAFHeader `json:"ResponseHeaders,omitempty"`
}

// WAFHeader is a header with the API's own member names.
type WAFHeader struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

package snapshot

// Section is one key of a snapshot, as the contract fixes it.
type Section struct {
	Key    string   // top-level key
	Object bool     // true: an object, empty {}; false: an array, empty []
	Arrays []string // members of an object section that always exist
	// Required: the Python version skips a file that lacks the key.
	Required bool
	// Status is the section's member in logs; "" if it has none.
	Status string
	// Added: the Python version does not have the key.
	Added bool
}

// Sections lists the 17 keys of every snapshot in contract order.
var Sections = []Section{
	{Key: "account", Object: true, Required: true, Status: "account_status"},
	{Key: "config", Object: true, Required: true, Status: "config_status"},
	{Key: "service", Required: true, Status: "service_status"},
	{Key: "cost", Object: true, Required: true, Status: "cost_status"},
	{Key: "security", Object: true, Required: true, Status: "security_status", Arrays: []string{
		"security_hub", "guard_duty", "kms", "waf", "waf_rules", "cloudtrail", "secrets_manager", "certificate_manager", "inspector"}},
	{Key: "inventory", Object: true, Required: true, Status: "inventory_status", Arrays: []string{
		"instances", "applications", "patches", "services", "users", "processes", "network_ports", "certificates"}},
	{Key: "marketplace", Required: true, Status: "marketplace_status"},
	{Key: "trusted_advisor", Required: true, Status: "trusted_advisor_status"},
	{Key: "health", Required: true, Status: "health_status"},
	{Key: "application", Required: true, Status: "application_status"},
	{Key: "resilience_hub", Required: true, Status: "resilience_hub_status"},
	{Key: "service_resources", Status: "service_resources_status"},
	{Key: "compute_optimizer", Status: "compute_optimizer_status"},
	{Key: "ri_sp_savings", Status: "ri_sp_savings_status"},
	{Key: "config_inventory", Status: "config_inventory_status"},
	{Key: "support_tickets", Status: "support_tickets_status"},
	{Key: "logs", Object: true, Required: true},
}

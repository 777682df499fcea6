package catalog

// Sources are all rows. The order is the order of collection lists and of this page's reader: account and money first,
// then state, then findings.
var Sources = []Source{
	{
		Word: "account", Scope: Account, Dated: true,
		Sections: []string{"account"},
		Group:    "account",
		Tables:   []string{"accounts", "contact_info", "alternate_contacts", "products", "product_accounts"},
		Views:    []string{"view_accounts", "view_contact_info", "view_alternate_contacts", "view_products", "view_product_acct", "view_acct_products"},
		Actions: []Action{
			{Name: "account:GetAccountInformation", Resource: "arn:${Partition}:account::${Account}:account"},
			{Name: "account:GetContactInformation", Resource: "arn:${Partition}:account::${Account}:account"},
			{Name: "account:GetAlternateContact", Resource: "arn:${Partition}:account::${Account}:account"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
	{
		Word: "cost", Scope: Home, Dated: true, Paid: true,
		Sections: []string{"service", "cost"},
		Group:    "cost",
		Tables:   []string{"services", "cost_reports", "service_costs", "cost_forecasts"},
		Views:    []string{"view_acct_serv", "view_acct_cost_rep", "view_acct_serv_cost", "view_acct_cost_rep_forecast"},
		Actions: []Action{
			{Name: "ce:GetCostAndUsage"},
			{Name: "ce:GetCostForecast"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
	{
		Word: "config", Scope: Regional, Dated: true,
		Sections: []string{"config"},
		Group:    "config",
		Tables:   []string{"config_reports", "non_compliant_resources"},
		Views:    []string{"view_config_reports", "view_non_compliant_resources"},
		Actions: []Action{
			{Name: "config:DescribeConformancePacks"},
			{Name: "config:DescribeConformancePackCompliance", Resource: "arn:${Partition}:config:${Region}:${Account}:conformance-pack/*/*"},
			{Name: "config:DescribeComplianceByConfigRule"},
			{Name: "config:GetComplianceDetailsByConfigRule", Resource: "arn:${Partition}:config:${Region}:${Account}:config-rule/*"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
	{
		Word: "inventory", Scope: Regional, Dated: false,
		Sections: []string{"inventory.instances", "inventory.applications", "inventory.patches"},
		Group:    "inventory",
		Tables:   []string{"inventory_instances", "inventory_applications", "inventory_patches"},
		Views:    []string{"view_inventory_instances", "view_inventory_applications", "view_inventory_patches"},
		Actions: []Action{
			{Name: "ssm:DescribeInstanceInformation"},
			{Name: "ssm:ListInventoryEntries"},
			{Name: "ssm:DescribeInstancePatches"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
	{
		Word: "guardduty", Scope: Regional, Dated: true,
		Sections: []string{"security.guard_duty"},
		Group:    "security",
		Tables:   []string{"guard_duty_findings"},
		Views:    []string{"view_guard_duty_findings"},
		Actions: []Action{
			{Name: "guardduty:ListDetectors"},
			{Name: "guardduty:ListFindings"},
			{Name: "guardduty:GetFindings"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
	{
		Word: "kms", Scope: Regional,
		Sections: []string{"security.kms"},
		Group:    "security",
		Tables:   []string{"kms_keys"},
		Views:    []string{"view_kms_keys"},
		Actions: []Action{
			{Name: "kms:ListKeys"},
			{Name: "kms:DescribeKey", Resource: "arn:${Partition}:kms:${Region}:${Account}:key/*"},
			{Name: "kms:GetKeyRotationStatus", Resource: "arn:${Partition}:kms:${Region}:${Account}:key/*"},
		},
		MemoryMB: memoryMB, Timeout: timeout,
	},
}

package board

var resilience = Sheet{"Resilience", []Visual{
	{Kind: KPI, Title: "Regions", Data: resources, Values: []Field{countDistinct("region", "Regions")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Availability zones", Data: resources, Values: []Field{countDistinct("known_zone", "Zones")}, Wide: 12, High: 5},
	{Kind: KPI, Title: "Total resources", Subtitle: "Of the newest snapshots", Data: resources, Values: []Field{countDistinct("resource", "Resources")}, Wide: 12, High: 5},
	{Kind: Pie, Title: "Resources by availability zone and type", Data: resources, By: []Field{groupBy("resource_type", "Type")}, Values: []Field{countDistinct("resource", "Resources")},
		Across: []Field{groupBy("zone", "Zone")}, Sort: "resource", Wide: 36, High: 16},
	{Kind: Pivot, Title: "Resources", Data: resources,
		By: []Field{category, environment, region, account, accountName, groupBy("project_product_name", "Product"), groupBy("service_name", "Service"),
			groupBy("resource_type", "Resource type")},
		Values: []Field{countDistinct("resource", "Resources")}, Wide: 36, High: 16},
	{Kind: Table, Title: "Applications in Resilience Hub", Data: "view_resilience_hub_apps",
		By:     listFields(groupBy("name", "Application"), groupBy("compliance_status", "Compliance"), groupBy("status", "Status"), groupByDay("last_assessment_time", "Assessed on")),
		Values: []Field{{Column: "resiliency_score", Label: "Score", Count: Average}}, Sort: "+resiliency_score", Wide: 36, High: 12},
	{Kind: Bar, Title: "Failed backups by account", Subtitle: "Jobs that ended without a whole backup", Data: "view_backup_jobs", Date: "creation_date", By: []Field{account},
		Values: []Field{sumOf("is_failed", "Jobs")}, Across: []Field{groupBy("state", "State")}, Sort: "is_failed", Where: []Filter{keepOne("is_failed")}, Wide: 36, High: 12},
	{Kind: Table, Title: "Resources without a backup for 7 days", Data: "view_backup_protected_resources",
		By:     listFields(region, groupBy("resource_type", "Resource type"), groupBy("resource_arn", "Resource"), groupByDay("last_backup_time", "Last backup")),
		Values: []Field{{Column: "days_since_backup", Label: "Days", Count: Maximum, Format: Whole}}, Sort: "days_since_backup",
		Where: []Filter{keepOne("is_overdue")}, Wide: 36, High: 14},
}}

const resources = "view_service_resources"

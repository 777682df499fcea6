package inventory

import "view360/shared/load"

var instances = load.Table{
	Name: "inventory_instances", Section: "inventory.instances[]", Nature: load.CurrentState,
	Key: []string{"instance_id"},
	Columns: []load.Column{
		{Name: "instance_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "instance_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "platform", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "ip_address", Type: load.Varchar(45), Rule: load.Cut},
		{Name: "computer_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "ping_status", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "last_ping_date_time", Type: load.Timestamp},
		{Name: "agent_version", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "platform_type", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "platform_version", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "is_latest_version", Type: load.Boolean},
		{Name: "association_status", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "association_execution_date", Type: load.Timestamp},
		{Name: "association_success_date", Type: load.Timestamp},
	},
}

var applications = load.Table{
	Name: "inventory_applications", Section: "inventory.applications[]", Nature: load.CurrentState,
	Parent: &load.Parent{Table: "inventory_instances", Column: "instance_id", Member: "instance_id", Lookup: "instance_id", Account: true},
	Key:    []string{"instance_id", "name", "version", "architecture"},
	Columns: []load.Column{
		{Name: "_parent_key", Member: "instance_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "name", Type: load.Varchar(255)},
		{Name: "version", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "publisher", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "architecture", Type: load.Text},
		{Name: "application_type", Type: load.Text},
		{Name: "install_time", Type: load.Timestamp},
	},
}

var patches = load.Table{
	Name: "inventory_patches", Section: "inventory.patches[]", Nature: load.CurrentState,
	Parent: &load.Parent{Table: "inventory_instances", Column: "instance_id", Member: "instance_id", Lookup: "instance_id", Account: true},
	Key:    []string{"instance_id", "title"},
	Columns: []load.Column{
		{Name: "_parent_key", Member: "instance_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "title", Type: load.Varchar(255), Rule: load.Required},
		{Name: "classification", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "severity", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "installed_time", Type: load.Timestamp},
	},
}

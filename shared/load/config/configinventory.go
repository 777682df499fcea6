package config

import "view360/shared/load"

var configInventory = load.Table{
	Name: "config_inventory", Section: "config_inventory[]", Nature: load.CurrentState,
	HasUpdatedAt: true,
	Key:          []string{"account_id", "resource_type", "resource_subtype", "resource_id"},
	Columns: []load.Column{
		{Name: "resource_type", Type: load.Varchar(255), Rule: load.Required},
		{Name: "resource_subtype", Type: load.Varchar(255)},
		{Name: "resource_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "resource_name", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "region", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "availability_zone", Type: load.Varchar(50), Rule: load.CutAtComma},
		{Name: "state", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "instance_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "instance_class", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "engine", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "vpc_id", Type: load.Varchar(255)},
		{Name: "size_gb", Type: load.Integer, Rule: load.AtLeastOne},
		{Name: "volume_type", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "creation_date", Type: load.Timestamp},
		{Name: "multi_az", Type: load.Boolean},
		{Name: "scheme", Type: load.Varchar(50), Rule: load.Cut},
		{Name: "type", Type: load.Varchar(100), Rule: load.Cut},
		{Name: "instance_count", Type: load.Integer},
		{Name: "min_size", Type: load.Integer},
		{Name: "max_size", Type: load.Integer},
		{Name: "available_ip_count", Type: load.Integer},
	},
}

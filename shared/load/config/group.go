// Package config maps the sections of AWS Config to their tables.
package config

import "view360/shared/load"

// Group is the table group config.
var Group = load.Group{Name: "config", Tables: []load.Table{configReports, nonCompliantResources, configInventory}}

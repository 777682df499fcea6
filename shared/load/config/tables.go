// Package config maps the sections of AWS Config to their tables.
package config

import "view360/shared/load"

// Tables are the group's tables, parents first.
var Tables = []load.Table{configReports, nonCompliantResources, configInventory}

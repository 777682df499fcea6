// Package inventory maps the sections of managed instances to their tables.
package inventory

import "view360/shared/load"

// Group is the table group inventory.
var Group = load.Group{Name: "inventory", Tables: []load.Table{instances, applications, patches}}

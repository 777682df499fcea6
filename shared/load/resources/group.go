// Package resources maps the sections about resources and their size to their tables.
package resources

import "view360/shared/load"

// Group is the table group resources.
var Group = load.Group{Name: "resources", Tables: []load.Table{serviceResources, computeOptimizer}}

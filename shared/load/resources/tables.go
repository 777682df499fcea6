// Package resources maps the sections about resources and their size to their tables.
package resources

import "view360/shared/load"

// Tables are the group's tables, parents first.
var Tables = []load.Table{serviceResources, computeOptimizer}

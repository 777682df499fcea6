// Package loaders lists the table groups, for programs that need all of them. On AWS each has its own function.
package loaders

import (
	"strings"

	"view360/shared/load"
	"view360/shared/load/account"
	"view360/shared/load/config"
	"view360/shared/load/cost"
	"view360/shared/load/inventory"
	"view360/shared/load/operations"
	"view360/shared/load/resources"
	"view360/shared/load/security"
)

// Groups are the table groups in the order of the load machine: account first, then those that it loads at the same time.
var Groups = []load.Group{account.Group, cost.Group, security.Group, config.Group, inventory.Group, resources.Group, operations.Group}

// Placeholder returns the placeholder of the group's function in statemachines/load.asl.json, such as LoadCost.
func Placeholder(g load.Group) string { return "Load" + strings.ToUpper(g.Name[:1]) + g.Name[1:] }

// BuildHandlers returns a loader for each group, with the other fields of h.
func BuildHandlers(h load.Handler) []load.Handler {
	handlers := make([]load.Handler, len(Groups))
	for i, group := range Groups {
		handlers[i] = h
		handlers[i].Group = group
	}
	return handlers
}

// Tables returns the tables of all groups that have a mapping, parents before children.
func Tables() []load.Table {
	var tables []load.Table
	for _, group := range Groups {
		tables = append(tables, group.Tables...)
	}
	return tables
}

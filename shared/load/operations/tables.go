// Package operations maps the sections about running systems to their tables.
package operations

import "view360/shared/load"

// Tables are the group's tables, parents first.
var Tables = []load.Table{trustedAdvisorChecks, healthEvents, applicationSignals, resilienceHubApps, supportTickets}

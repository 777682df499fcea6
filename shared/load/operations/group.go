// Package operations maps the sections about running systems to their tables.
package operations

import "view360/shared/load"

// Group is the table group operations.
var Group = load.Group{Name: "operations", Tables: []load.Table{trustedAdvisorChecks, healthEvents, applicationSignals, resilienceHubApps, supportTickets, backupJobs, backupProtectedResources}}

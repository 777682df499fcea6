// Package security maps the sections about security to their tables.
package security

import "view360/shared/load"

// Group is the table group security.
var Group = load.Group{Name: "security", Tables: []load.Table{security, findings, guardDutyFindings, kmsKeys, wafRules, wafRulesDetailed, cloudtrailLogs, secrets, certificates, inspectorFindings}}

// Package security maps the sections about security to their tables.
package security

import "view360/shared/load"

// Tables are the group's tables, parents first.
var Tables = []load.Table{security, findings, guardDutyFindings, kmsKeys, wafRules, wafRulesDetailed, cloudtrailLogs, secrets, certificates, inspectorFindings}

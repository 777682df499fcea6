// Package inventory maps the sections of managed instances to their tables.
package inventory

import "view360/shared/load"

// Tables are the group's tables, parents first.
var Tables = []load.Table{instances, applications, patches}

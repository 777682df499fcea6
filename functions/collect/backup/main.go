// Command backup runs the backup collector.
package main

import (
	"view360/shared/collect/backup"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(backup.Collector) }

// Command securityhub runs the securityhub collector.
package main

import (
	"view360/shared/collect/securityhub"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(securityhub.Collector) }

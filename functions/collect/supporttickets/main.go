// Command supporttickets runs the supporttickets collector.
package main

import (
	"view360/shared/collect/supporttickets"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(supporttickets.Collector) }

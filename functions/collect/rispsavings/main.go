// Command rispsavings runs the rispsavings collector.
package main

import (
	"view360/shared/collect/rispsavings"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(rispsavings.Collector) }

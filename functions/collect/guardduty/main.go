// Command guardduty runs the guardduty collector.
package main

import (
	"view360/shared/collect/guardduty"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(guardduty.Collector) }

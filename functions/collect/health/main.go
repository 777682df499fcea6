// Command health runs the health collector.
package main

import (
	"view360/shared/collect/health"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(health.Collector) }

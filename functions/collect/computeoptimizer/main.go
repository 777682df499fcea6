// Command computeoptimizer runs the computeoptimizer collector.
package main

import (
	"view360/shared/collect/computeoptimizer"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(computeoptimizer.Collector) }

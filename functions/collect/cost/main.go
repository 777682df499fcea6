// Command cost runs the cost collector.
package main

import (
	"view360/shared/collect/cost"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(cost.Collector) }

// Command marketplace runs the marketplace collector.
package main

import (
	"view360/shared/collect/marketplace"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(marketplace.Collector) }

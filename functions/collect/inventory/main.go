// Command inventory runs the inventory collector.
package main

import (
	"view360/shared/collect/inventory"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(inventory.Collector) }

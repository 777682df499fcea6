// Command configinventory runs the configinventory collector.
package main

import (
	"view360/shared/collect/configinventory"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(configinventory.Collector) }

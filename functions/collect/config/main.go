// Command config runs the config collector.
package main

import (
	"view360/shared/collect/config"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(config.Collector) }

// Command certificatemanager runs the certificatemanager collector.
package main

import (
	"view360/shared/collect/certificatemanager"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(certificatemanager.Collector) }

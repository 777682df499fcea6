// Command serviceresources runs the serviceresources collector.
package main

import (
	"view360/shared/collect/serviceresources"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(serviceresources.Collector) }

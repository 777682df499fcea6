// Command resiliencehub runs the resiliencehub collector.
package main

import (
	"view360/shared/collect/resiliencehub"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(resiliencehub.Collector) }

// Command waf runs the waf collector.
package main

import (
	"view360/shared/collect/waf"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(waf.Collector) }

// Command secretsmanager runs the secretsmanager collector.
package main

import (
	"view360/shared/collect/secretsmanager"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(secretsmanager.Collector) }

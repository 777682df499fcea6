// Command account runs the account collector.
package main

import (
	"view360/shared/collect/account"
	"view360/shared/lambdarun"
)

func main() { lambdarun.Collect(account.Collector) }

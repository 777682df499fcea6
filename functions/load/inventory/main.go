// Command inventory loads the table group inventory of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/inventory"
)

func main() { loadrun.Load(inventory.Group) }

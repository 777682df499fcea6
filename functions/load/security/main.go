// Command security loads the table group security of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/security"
)

func main() { loadrun.Load(security.Group) }

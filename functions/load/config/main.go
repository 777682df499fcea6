// Command config loads the table group config of one snapshot.
package main

import (
	"view360/shared/lambdarun/loadrun"
	"view360/shared/load/config"
)

func main() { loadrun.Load(config.Group) }

package config_test

import (
	"testing"

	"view360/shared/load/loadtest"
)

func TestConfigInventory(t *testing.T) { loadtest.Run(t, "config_inventory", nil) }

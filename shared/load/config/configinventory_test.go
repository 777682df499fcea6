package config_test

import (
	"testing"

	"view360/shared/loadtest"
)

func TestConfigInventory(t *testing.T) { loadtest.Run(t, "config_inventory", nil) }

package resources_test

import (
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestComputeOptimizer(t *testing.T) { loadtest.Run(t, "compute_optimizer", nil) }

func TestServiceResources(t *testing.T) {
	loadtest.Run(t, "service_resources", []loadtest.Case{
		{
			Name: "long list of zones is cut at a comma", // L45
			Loads: []loadtest.Snapshot{loadtest.Day(11, "service_resources", `[{"service_name":"ELB","resource_type":"LoadBalancer","resource_id":"l",
				"availability_zone":"eu-central-1a,eu-central-1b,eu-central-1c,eu-central-1d,eu-central-1e,eu-central-1f"}]`)},
			Query: "select availability_zone from service_resources", Want: []string{"eu-central-1a,eu-central-1b,eu-central-1c"},
			Counts: load.Counts{Read: 1, Created: 1, Adapted: 1},
		},
		{
			Name: "fraction of a size is at least one", // L46
			Loads: []loadtest.Snapshot{loadtest.Day(11, "service_resources", `[{"service_name":"Lambda","resource_type":"Function","resource_id":"f","size_gb":0.125},
				{"service_name":"Lambda","resource_type":"Function","resource_id":"g","size_gb":0},{"service_name":"Lambda","resource_type":"Function","resource_id":"h","size_gb":2.5}]`)},
			Query: "select resource_id, size_gb from service_resources order by 1", Want: []string{"f|1", "g|0", "h|3"},
		},
	})
}

package inventory_test

import (
	"testing"

	"view360/shared/load"
	"view360/shared/loadtest"
)

func TestInstances(t *testing.T) { loadtest.Run(t, "inventory_instances", nil) }

func TestApplications(t *testing.T) {
	loadtest.Run(t, "inventory_applications", []loadtest.Case{
		{
			Name: "applications belong to their instance", // L34
			Loads: []loadtest.Snapshot{loadtest.Day(11, "inventory", `{"instances":[{"instance_id":"i-a"},{"instance_id":"i-b"}],
				"applications":[{"instance_id":"i-a","name":"bash","version":"1"},{"instance_id":"i-b","name":"bash","version":"2","install_time":""},{"instance_id":"i-x","name":"bash"}]}`)},
			Query:  "select i.instance_id, a.name, a.version from inventory_applications a join inventory_instances i on i.id = a.instance_id order by 1",
			Want:   []string{"i-a|bash|1", "i-b|bash|2"},
			Counts: load.Counts{Read: 3, Created: 2, Rejected: 1}, Rejects: []string{"inventory.applications|2|instance_id|its row in inventory_instances does not exist"},
		},
		{
			Name:  "empty times are NULL", // L44
			Loads: []loadtest.Snapshot{loadtest.Day(11, "inventory", `{"instances":[{"instance_id":"i","last_ping_date_time":""}],"applications":[{"instance_id":"i","name":"bash","install_time":""}]}`)},
			Query: "select name, a.install_time, i.last_ping_date_time from inventory_applications a join inventory_instances i on i.id = a.instance_id",
			Want:  []string{"bash|<nil>|<nil>"},
		},
		{
			Name: "install times load in the forms of agents",
			Loads: []loadtest.Snapshot{loadtest.Day(11, "inventory", `{"instances":[{"instance_id":"i"}],"applications":[
				{"instance_id":"i","name":"date","install_time":"20240115"},{"instance_id":"i","name":"short","install_time":"2024-01-15T10:00Z"},
				{"instance_id":"i","name":"slash","install_time":"1/15/2024"},{"instance_id":"i","name":"unknown","install_time":"N/A"}]}`)},
			Query: "select name, install_time at time zone 'utc' from inventory_applications order by 1",
			Want: []string{"date|2024-01-15 00:00:00 +0000 UTC", "short|2024-01-15 10:00:00 +0000 UTC",
				"slash|2024-01-15 00:00:00 +0000 UTC", "unknown|<nil>"},
			Counts: load.Counts{Read: 4, Created: 4, Adapted: 1},
		},
	})
}

func TestPatches(t *testing.T) {
	loadtest.Run(t, "inventory_patches", []loadtest.Case{{
		Name:  "repeated patch is one row",
		Loads: []loadtest.Snapshot{loadtest.Day(11, "inventory", `{"instances":[{"instance_id":"i"}],"patches":[{"instance_id":"i","title":"p"},{"instance_id":"i","title":"p"}]}`)},
		Query: "select title from inventory_patches", Want: []string{"p"}, Counts: load.Counts{Read: 2, Created: 1, Unchanged: 1},
	}})
}

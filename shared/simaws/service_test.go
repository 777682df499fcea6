package simaws

import (
	"slices"
	"testing"

	"view360/shared/catalog"
	"view360/shared/simaws/wire"
)

func TestServiceTablesAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range services {
		if seen[s.name] {
			t.Errorf("service %s is listed twice", s.name)
		}
		seen[s.name] = true
		_, restJSON := s.protocol.(wire.RESTJSON)
		_, restXML := s.protocol.(wire.RESTXML)
		for _, op := range s.operations {
			if op.handle == nil || (op.route != "") != (restJSON || restXML) {
				t.Errorf("%s %s has the route %q", s.name, op.name, op.route)
			}
			if seen[s.name+op.name] {
				t.Errorf("%s %s is listed twice", s.name, op.name)
			}
			seen[s.name+op.name] = true
		}
	}
}

func TestEveryActionOfTheCatalogIsSimulated(t *testing.T) {
	t.Parallel()
	var simulated []string
	for i := range services {
		for _, op := range services[i].operations {
			c := call{service: &services[i], operation: op}
			simulated = append(simulated, c.iamAction())
		}
	}
	for _, source := range catalog.Sources {
		for _, action := range source.Actions {
			if !action.Dependent && !slices.Contains(simulated, action.Name) {
				t.Errorf("%s calls %s, which is not simulated", source.Name, action.Name)
			}
		}
	}
}

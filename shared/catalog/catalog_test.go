package catalog_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"view360/shared/catalog"
)

var root = filepath.Join("..", "..")

func TestRowsHaveWhatDeploymentsNeed(t *testing.T) {
	action := regexp.MustCompile(`^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$`)
	sections := map[string]string{}
	for _, s := range catalog.Sources {
		if !slices.Contains([]catalog.Placement{catalog.Account, catalog.Home, catalog.Regional}, s.Placement) {
			t.Errorf("%s: placement %q", s.Name, s.Placement)
		}
		if len(s.Sections) == 0 || len(s.Actions) == 0 || s.MemoryMB < 128 || s.MemoryMB > 1024 || s.Timeout <= 0 || s.Timeout.Minutes() > 15 {
			t.Errorf("%s: sections %v, %d actions, %d MB, %s", s.Name, s.Sections, len(s.Actions), s.MemoryMB, s.Timeout)
		}
		for _, section := range s.Sections {
			if other, taken := sections[section]; taken {
				t.Errorf("section %s belongs to %s and %s", section, other, s.Name)
			}
			sections[section] = s.Name
		}
		names := s.ActionNames()
		for i, name := range names {
			if !action.MatchString(name) || slices.Contains(names[:i], name) {
				t.Errorf("%s: action %q is not an action, or a duplicate", s.Name, name)
			}
		}
		if _, err := os.Stat(filepath.Join(root, "functions", "load", s.Group, "main.go")); err != nil {
			t.Errorf("%s: no loader for group %q", s.Name, s.Group)
		}
	}
}

func TestSourcesAreFoundByNameOrSection(t *testing.T) {
	for _, name := range catalog.Names() {
		source, found := catalog.FindByName(name)
		if !found || source.Name != name {
			t.Errorf("FindByName(%s) = %v, %t", name, source.Name, found)
		}
		for _, region := range source.NotIn {
			if source.IsOfferedIn(region) {
				t.Errorf("%s is offered in %s, its row says it is not", name, region)
			}
		}
	}
	if _, found := catalog.FindByName("no such source"); found {
		t.Error("an unknown source was found")
	}
}

func TestSectionNamesItsSource(t *testing.T) {
	for _, source := range catalog.Sources {
		for _, section := range source.Sections {
			last := section[strings.LastIndex(section, ".")+1:]
			for _, name := range []string{section, last, source.Name} {
				if named, found := catalog.FindByNameOrSection(name); !found || named.Name != source.Name {
					t.Errorf("%s names %q, its source is %s", name, named.Name, source.Name)
				}
			}
		}
	}
	for _, name := range []string{"", "rules", "security", "no such source"} {
		if source, found := catalog.FindByNameOrSection(name); found {
			t.Errorf("%q names %s", name, source.Name)
		}
	}
}

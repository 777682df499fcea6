package analytics

import (
	"testing"
	"testing/fstest"
)

func version(t *testing.T, migrations fstest.MapFS, others ...string) string {
	t.Helper()
	v, err := computeSchemaVersion(migrations, others...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaVersionChangesWithItsFiles(t *testing.T) { // A13
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	before := version(t, fstest.MapFS{"0001_a.sql": file("create table a (n int)")}, "view")
	for name, after := range map[string]string{
		"a changed migration": version(t, fstest.MapFS{"0001_a.sql": file("create table a (n bigint)")}, "view"),
		"a new migration":     version(t, fstest.MapFS{"0001_a.sql": file("create table a (n int)"), "0002_b.sql": file("")}, "view"),
		"a changed view":      version(t, fstest.MapFS{"0001_a.sql": file("create table a (n int)")}, "other view"),
	} {
		if after == before {
			t.Errorf("%s does not update the resource", name)
		}
	}
	if again := version(t, fstest.MapFS{"0001_a.sql": file("create table a (n int)")}, "view"); again != before {
		t.Error("the same files have two versions")
	}
}

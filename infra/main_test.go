package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"view360/infra/bundle"
	"view360/infra/config"
	"view360/infra/synthtest"
)

// scratch is the folder of synthesis.
var scratch string

func TestMain(m *testing.M) {
	if os.Getenv("CDK_VALIDATION") == "" {
		synthtest.Main(m) // comes back here in a process whose CDK does not check templates slowly; cfn-lint does
	}
	var err error
	if scratch, err = os.MkdirTemp("", "view360-synth-"); err != nil {
		panic(err)
	}
	code := m.Run()
	synthtest.CloseRuntime()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// object is a JSON object of a template.
type object = map[string]any

// template is one synthesized stack.
type template struct {
	name string
	text []byte
	body object
}

// scenarios are the examples, each synthesized once, on first use.
var scenarios = map[string]func() map[string]template{}

func init() {
	for _, name := range []string{"single-account", "organization-pull", "organization-push", "imported-network", "instance", "adoption"} {
		scenarios[name] = sync.OnceValue(func() map[string]template {
			return mustSynthesize(name, filepath.Join(scratch, name), nil)
		})
	}
}

// mustSynthesize makes the templates of an example, changed by change, in a folder of their own.
func mustSynthesize(example, outdir string, change func(*config.Config)) map[string]template {
	f, err := config.Read(filepath.Join("examples", example+".yaml"))
	if err != nil {
		panic(err)
	}
	if change != nil {
		change(&f)
	}
	templates := synthesizePart(f, filepath.Join(outdir, "hub"), hubPart)
	if f.Collection.Mode == config.Pull {
		maps.Copy(templates, synthesizePart(f, filepath.Join(outdir, "member"), memberPart))
	}
	if f.Collection.Mode == config.Push {
		maps.Copy(templates, synthesizePart(f, filepath.Join(outdir, "collection"), collectionPart))
		maps.Copy(templates, synthesizePart(f, filepath.Join(outdir, "stackset"), stackSetPart))
	}
	return templates
}

func synthesizePart(f config.Config, outdir string, p part) map[string]template {
	assets := filepath.Join(outdir, "assets")
	if err := os.MkdirAll(assets, 0o755); err != nil {
		panic(err)
	}
	app := newApp(jsii.String(outdir))
	if err := newStacks(app, f, bundle.Placeholder{Dir: assets}, p); err != nil {
		panic(err)
	}
	app.Synth(nil)
	templates := map[string]template{}
	paths, err := filepath.Glob(filepath.Join(outdir, "*.template.json"))
	if err != nil {
		panic(err)
	}
	for _, path := range paths {
		t := template{name: strings.TrimSuffix(filepath.Base(path), ".template.json")}
		if t.text, err = os.ReadFile(path); err != nil {
			panic(err)
		}
		if err := json.Unmarshal(t.text, &t.body); err != nil {
			panic(err)
		}
		templates[strings.TrimPrefix(t.name, f.Name)] = t
	}
	return templates
}

// synthesized is one stack of an example.
func synthesized(t *testing.T, example, stack string) template {
	t.Helper()
	found, there := scenarios[example]()[stack]
	if !there {
		t.Fatalf("%s has no stack %s", example, stack)
	}
	return found
}

// resources are the properties of all resources of a type, by logical id.
func (t template) resources(kind string) map[string]object {
	found := map[string]object{}
	for id, resource := range t.body["Resources"].(object) {
		if r := resource.(object); r["Type"] == kind {
			properties, _ := r["Properties"].(object)
			found[id] = properties
		}
	}
	return found
}

// each calls visit with every resource of a type in every stack of every example.
func each(t *testing.T, kind string, visit func(t *testing.T, id string, properties object)) {
	t.Helper()
	count := 0
	for example, synthesize := range scenarios {
		for stack, template := range synthesize() {
			for id, properties := range template.resources(kind) {
				count++
				visit(t, example+" "+stack+" "+id, properties)
			}
		}
	}
	if count == 0 {
		t.Fatalf("no example has a %s", kind)
	}
}

// find walks into nested objects, and lists by position; nil where the path ends early.
func find(value any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			members, _ := value.(object)
			value = members[s]
		case int:
			list, _ := value.([]any)
			if s >= len(list) {
				return nil
			}
			value = list[s]
		}
	}
	return value
}

// text is a value as compact JSON, to look for words in it.
func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

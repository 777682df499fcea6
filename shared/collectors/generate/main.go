// Command generate writes the list of collectors from the catalog.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"

	"view360/shared/catalog"
)

func main() {
	var out bytes.Buffer
	out.WriteString("// Code generated from the catalog by go generate ./shared/collectors; DO NOT EDIT.\n\npackage collectors\n\nimport (\n\t\"view360/shared/collect\"\n")
	for _, name := range catalog.Names() {
		fmt.Fprintf(&out, "\t\"view360/shared/collect/%s\"\n", name)
	}
	out.WriteString(")\n\n// All lists the collectors in the order of the catalog.\nvar All = []collect.Collector{\n")
	for _, name := range catalog.Names() {
		fmt.Fprintf(&out, "\t%s.Collector,\n", name)
	}
	out.WriteString("}\n")
	source, err := format.Source(out.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("all.go", source, 0o644); err != nil {
		log.Fatal(err)
	}
}

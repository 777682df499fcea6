// Command generate writes the list of services from the files that have one.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"regexp"
)

var declaration = regexp.MustCompile(`(?m)^var (\w+) = service\{`)

func main() {
	var out bytes.Buffer
	out.WriteString("// Code generated from the files of this package by go generate ./shared/simaws; DO NOT EDIT.\n\n" +
		"package simaws\n\n// services lists the simulated services in the order of their files.\nvar services = []service{\n")
	files, err := filepath.Glob("*.go")
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		for _, found := range declaration.FindAllSubmatch(text, -1) {
			fmt.Fprintf(&out, "\t%s,\n", found[1])
		}
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

// Command generate writes the regions of services from the partition data that the modules of the AWS SDK carry.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"view360/shared/snapshot"
)

var (
	serviceID = regexp.MustCompile(`(?m)^const ServiceID = "(.+)"`)
	endpoint  = regexp.MustCompile(`endpoints\.EndpointKey\{\s*Region:\s*"([^"]+)",\s*\}`)
)

func main() {
	log.SetFlags(0)
	list, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}", "all").Output()
	if err != nil {
		log.Fatalf("listing the modules: %v", err)
	}
	var out bytes.Buffer
	out.WriteString("// Code generated from the AWS SDK's partition data by go generate ./shared/awsconf; DO NOT EDIT.\n\n" +
		"package awsconf\n\n// offered lists the regions of each service by its id. Services that it does not have are in no list.\n" +
		"var offered = map[string]string{\n")
	for line := range strings.Lines(string(list)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(path, "github.com/aws/aws-sdk-go-v2/service/") || strings.Contains(path, "/internal/") {
			continue
		}
		if name, regions := readRegions(dir); len(regions) > 0 {
			fmt.Fprintf(&out, "\t%q: %q,\n", name, strings.Join(regions, " "))
		}
	}
	out.WriteString("}\n")
	source, err := format.Source(out.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("offered.go", source, 0o644); err != nil {
		log.Fatal(err)
	}
}

// readRegions returns a module's service and the regions that it has, sorted. A service without regions is global.
func readRegions(dir string) (service string, regions []string) {
	client, err := os.ReadFile(filepath.Join(dir, "api_client.go"))
	if err != nil {
		log.Fatalf("reading the module: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "internal", "endpoints", "endpoints.go"))
	if err != nil {
		log.Fatalf("reading the partition data: %v", err)
	}
	for _, found := range endpoint.FindAllSubmatch(data, -1) {
		if name, err := snapshot.ParseRegion(string(found[1])); err == nil && !strings.HasPrefix(name, "fips-") {
			regions = append(regions, name)
		}
	}
	slices.Sort(regions)
	return string(serviceID.FindSubmatch(client)[1]), slices.Compact(regions)
}

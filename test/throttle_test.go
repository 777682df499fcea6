package test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"view360/shared/awsconf"
	"view360/shared/catalog"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// TestUnreachableRegionCostsSeconds collects everything where nobody listens, where nobody answers, and where a policy
// denies everything.
func TestUnreachableRegionCostsSeconds(t *testing.T) {
	const most = 30 * time.Second
	refused, silent := startEndpoint(t, false), startEndpoint(t, true)
	for name, s := range map[string]setting{
		"refused": {client: func(cfg *aws.Config) { cfg.BaseEndpoint = &refused }},
		"silent": {client: func(cfg *aws.Config) {
			cfg.BaseEndpoint = &silent
			cfg.HTTPClient = awsconf.HTTPClient().WithTimeout(200 * time.Millisecond) // in place of 20 seconds
		}},
		"denied": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.account, s.organization = collecttest.Production, fullOrganization()
			c := newCollection(t, s)
			if name == "denied" {
				for _, source := range catalog.Sources {
					for _, operation := range listOperations(source) {
						service, operation, _ := strings.Cut(operation, ":")
						c.Fault(simaws.Fault{Service: service, Operation: operation, Kind: simaws.PolicyDenied})
					}
				}
			}
			started := time.Now()
			c.run("unreachable", map[string]any{"regions": []string{"us-east-1"}})
			took := time.Since(started)
			t.Logf("%s: %s", name, took.Round(time.Millisecond))
			if took > most {
				t.Errorf("the region cost %s, more than %s", took, most)
			}
			for word, service := range c.readSnapshot(collecttest.Production, "us-east-1", today).Meta.Services {
				if word == "account" {
					continue
				}
				status := outcome.Status(service.Status)
				if excluded := status == outcome.Excluded; excluded != (name == "denied") || !excluded && !status.IsFailure() {
					t.Errorf("%s is %q", word, status)
				}
			}
		})
	}
}

// startEndpoint returns an address that accepts connections and stays silent, or refuses them.
func startEndpoint(t *testing.T, listens bool) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if !listens {
		listener.Close()
	} else {
		t.Cleanup(func() { listener.Close() })
	}
	return "http://" + listener.Addr().String()
}

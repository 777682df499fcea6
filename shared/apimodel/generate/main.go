// Command generate writes models.json from the service models of botocore, which .ci/tools/install installs at a pinned
// version: the inputs of every operation that the simulated services answer, and of those in others.
package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"view360/shared/apimodel"
	"view360/shared/simaws"
)

// folders are the folders of botocore's data that do not have the signing name of their service. One service can have
// several.
var folders = map[string][]string{
	"elasticloadbalancing": {"elb", "elbv2"},
	"es":                   {"opensearch"},
	"monitoring":           {"cloudwatch"},
	"servicequotas":        {"service-quotas"},
	"states":               {"stepfunctions"},
}

// others are operations that View360 calls, or answers, besides those of the simulated services; nil means all.
var others = map[string][]string{
	"cloudformation": {"DescribeStacks", "ListStackResources", "DescribeStackResources"},
	"lambda":         {"GetAccountSettings", "Invoke", "GetFunctionConcurrency", "ListEventSourceMappings"},
	"organizations":  {"ListAWSServiceAccessForOrganization", "DescribeOrganizationalUnit", "ListDelegatedAdministrators"},
	"quicksight":     {"CreateDataSet", "CreateDataSource", "CreateRefreshSchedule", "DescribeAccountSubscription"},
	"rds":            {"ModifyDBCluster", "DescribeDBClusters", "DescribeDBEngineVersions", "ModifyDBInstance"},
	"monitoring":     {"DescribeAlarmHistory", "DescribeAlarms", "SetAlarmState"},
	"rds-data":       {"BeginTransaction", "CommitTransaction", "ExecuteStatement", "RollbackTransaction"},
	"sns":            {"ListSubscriptionsByTopic"},
	"s3":             nil,
	"secretsmanager": {"GetSecretValue"},
	"securityhub":    {"DescribeSecurityHubV2"},
	"sqs":            {"SendMessage", "GetQueueAttributes", "SendMessageBatch", "ReceiveMessage", "DeleteMessage"},
	"ssm":            {"GetParameter", "GetServiceSetting"},
	"states":         nil,
	"support":        {"DescribeSeverityLevels"},
}

// longer are lengths that a model gives too short, by service and shape: names of Config rules have up to 128 characters
// (ConfigRule), and those of conformance packs often more than the 64 that the operations of their results take by their
// model. Which of both AWS enforces, only a real account shows.
var longer = map[string]map[string]float64{"config": {"StringWithCharLimit64": 128}}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("generating the API models: ", err)
	}
}

func run() error {
	found, err := filepath.Glob("../../.ci/tools/python/lib/python3*/site-packages/botocore/data")
	if err != nil || len(found) != 1 {
		return errors.Join(errors.New("botocore is missing: run .ci/tools/install"), err)
	}
	wanted := simaws.ListOperations()
	for service, operations := range others {
		if operations == nil {
			wanted[service] = nil
			continue
		}
		wanted[service] = append(wanted[service], operations...)
	}
	models := map[string]*apimodel.Service{}
	for service, operations := range wanted {
		if models[service], err = readModel(found[0], service, operations); err != nil {
			return fmt.Errorf("%s: %w", service, err)
		}
		for name, most := range longer[service] {
			models[service].Shapes[name].Max = &most
		}
	}
	out, err := json.MarshalIndent(models, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile("models.json", append(out, '\n'), 0o644)
}

// document is a model of botocore, as far as it is read.
type document struct {
	Metadata   struct{ Protocol string }
	Operations map[string]struct {
		HTTP  struct{ Method, RequestURI string }
		Input *struct{ Shape string }
	}
	Shapes map[string]shape
}

type shape struct {
	Type    string
	Members map[string]struct {
		Shape, Location, LocationName, QueryName string
	}
	Required           []string
	Member, Key, Value struct{ Shape string }
	Min, Max           *float64
	Pattern            string
	Enum               []string
	Document           bool
}

func readModel(data, service string, operations []string) (*apimodel.Service, error) {
	names := folders[service]
	if names == nil {
		names = []string{service}
	}
	s := &apimodel.Service{Operations: map[string]apimodel.Operation{}, Shapes: map[string]*apimodel.Shape{}}
	for _, name := range names {
		d, err := readDocument(filepath.Join(data, name))
		if err != nil {
			return nil, err
		}
		s.Protocol = d.Metadata.Protocol
		for operation, o := range d.Operations {
			if operations != nil && !slices.Contains(operations, operation) || s.Operations[operation].Input != "" {
				continue
			}
			kept := apimodel.Operation{}
			if strings.HasPrefix(s.Protocol, "rest-") {
				kept.Method, kept.Path = o.HTTP.Method, o.HTTP.RequestURI
			}
			if o.Input != nil {
				kept.Input = o.Input.Shape
				addShape(s, d, o.Input.Shape)
			}
			s.Operations[operation] = kept
		}
	}
	for _, operation := range operations {
		if _, ok := s.Operations[operation]; !ok {
			return nil, fmt.Errorf("its model has no operation %s", operation)
		}
	}
	return s, nil
}

func readDocument(folder string) (*document, error) {
	versions, err := filepath.Glob(filepath.Join(folder, "*", "service-2.json.gz"))
	if err != nil || len(versions) == 0 {
		return nil, errors.Join(fmt.Errorf("no model in %s", folder), err)
	}
	slices.Sort(versions) // their folders are dates
	file, err := os.Open(versions[len(versions)-1])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, err
	}
	var d document
	return &d, json.Unmarshal(text, &d)
}

// addShape adds a shape and those that it names. Of XML requests only what stands in path, query and headers is kept.
func addShape(s *apimodel.Service, d *document, name string) {
	if s.Shapes[name] != nil {
		return
	}
	from := d.Shapes[name]
	to := &apimodel.Shape{Type: from.Type, Min: from.Min, Max: from.Max, Enum: from.Enum, Pattern: translatePattern(from.Pattern)}
	if from.Document {
		to.Type = "document"
	}
	s.Shapes[name] = to
	for member, m := range from.Members {
		if s.Protocol == "rest-xml" && m.Location == "" {
			continue
		}
		if to.Members == nil {
			to.Members = map[string]apimodel.Member{}
		}
		wireName := m.LocationName
		if m.QueryName != "" {
			wireName = m.QueryName
		}
		to.Members[member] = apimodel.Member{Shape: m.Shape, Name: wireName, Place: m.Location}
		addShape(s, d, m.Shape)
	}
	for _, required := range from.Required {
		if _, kept := to.Members[required]; kept {
			to.Required = append(to.Required, required)
		}
	}
	switch from.Type {
	case "list":
		to.Element = from.Member.Shape
		addShape(s, d, to.Element)
	case "map":
		to.Key, to.Element = from.Key.Shape, from.Value.Shape
		addShape(s, d, to.Key)
		addShape(s, d, to.Element)
	}
}

var (
	unicode = regexp.MustCompile(`\\u([0-9a-fA-F]{4})`)
	repeat  = regexp.MustCompile(`\{(\d+)(,?)(\d*)\}`)
)

// translatePattern turns a pattern of Java into one of Go, "" where that is impossible. Repetitions that Go does not
// count are left to the length.
func translatePattern(pattern string) string {
	if pattern == "" {
		return ""
	}
	translated := unicode.ReplaceAllString(pattern, `\x{$1}`)
	translated = repeat.ReplaceAllStringFunc(translated, limitRepeat)
	if _, err := regexp.Compile(`^(?:` + translated + `)$`); err != nil {
		log.Printf("not checked, %v", err)
		return ""
	}
	return translated
}

const mostRepeats = 1000 // of package regexp

func limitRepeat(count string) string {
	m := repeat.FindStringSubmatch(count)
	least, _ := strconv.Atoi(m[1])
	most, _ := strconv.Atoi(m[3])
	switch {
	case least > mostRepeats:
		return "+"
	case most > mostRepeats:
		return "{" + m[1] + ",}"
	}
	return count
}

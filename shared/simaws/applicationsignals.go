package simaws

import (
	"fmt"
	"time"
)

var _ = register(service{
	name: "application-signals", protocol: restJSON{}, throttled: "ThrottlingException",
	notIn:      []string{"eu-central-1"}, // AWS has it there: this organisation shows what a service looks like that is not offered
	operations: []operation{op("ListServices", listServices).at("GET /services")},
})

// SignalService is a service that Application Signals has discovered.
type SignalService struct {
	KeyAttributes    map[string]string
	AttributeMaps    []map[string]string
	MetricReferences []object
}

func (c *call) signalServices() []SignalService {
	return things(c, func() []SignalService {
		if c.account.Character == Sandbox {
			return nil
		}
		names := []string{"storefront", "cart", "checkout", "payments", "catalog", "search", "pricing", "orders", "inventory", "shipping", "identity", "notifications"}
		var services []SignalService
		for i := range c.count("signal services", 26) {
			name := names[i%len(names)]
			if i >= len(names) {
				name = fmt.Sprintf("%s-%s", name, []string{"worker", "admin", "sync"}[i/len(names)%3])
			}
			environment := "eks:" + c.account.Name + "/default"
			key := map[string]string{"Type": "Service", "Name": name, "Environment": environment}
			s := SignalService{KeyAttributes: key, AttributeMaps: []map[string]string{
				{"PlatformType": "AWS::EKS", "EKS.Cluster": c.account.Name}, {"Telemetry.SDK": "opentelemetry"},
			}}
			for _, metric := range []string{"Latency", "Error", "Fault"} {
				s.MetricReferences = append(s.MetricReferences, object{
					"Namespace": "ApplicationSignals", "MetricType": metric, "MetricName": metric, "AccountId": c.account.ID,
					"Dimensions": []object{{"Name": "Environment", "Value": environment}, {"Name": "Service", "Value": name}},
				})
			}
			services = append(services, s)
		}
		return services
	})
}

type signalsInput struct {
	StartTime, EndTime string
	MaxResults         *number
	NextToken          string
}

func listServices(c *call, in signalsInput) (any, error) {
	start, startErr := time.Parse(time.RFC3339, in.StartTime)
	end, endErr := time.Parse(time.RFC3339, in.EndTime)
	switch {
	case startErr != nil || endErr != nil:
		return nil, c.missing("startTime")
	case !start.Before(end):
		return nil, c.invalidf("StartTime must be before EndTime")
	case end.Sub(start) > 24*time.Hour:
		return nil, c.invalidf("The time range between StartTime and EndTime must be at most 24 hours")
	}
	items, next, err := page(c, c.signalServices(), in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"StartTime": Time{start}, "EndTime": Time{end}, "ServiceSummaries": items, "NextToken": next}, nil
}

package simaws

import (
	"fmt"
	"time"

	"view360/shared/simaws/wire"
)

var applicationSignalsService = service{
	name: "application-signals", protocol: wire.RESTJSON{},
	notIn: []string{"eu-central-1"}, // AWS has it there: this organization shows what a service looks like that is not offered
	codes: wire.ErrorCodes{Throttled: "ThrottlingException"},
	operations: []operation{
		{name: "ListServices", route: "GET /services", handle: handleInput(listServices)},
	},
}

// SignalService is a service that Application Signals has discovered.
type SignalService struct {
	KeyAttributes    map[string]string
	AttributeMaps    []map[string]string
	MetricReferences []object
}

func generateSignalServices(l *location) []SignalService {
	if l.account.Character == Sandbox {
		return nil
	}
	names := []string{"storefront", "cart", "checkout", "payments", "catalog", "search", "pricing", "orders", "inventory", "shipping", "identity", "notifications"}
	var services []SignalService
	for i := range l.drawCount("signal services", 26) {
		name := names[i%len(names)]
		if i >= len(names) {
			name = fmt.Sprintf("%s-%s", name, []string{"worker", "admin", "sync"}[i/len(names)%3])
		}
		environment := "eks:" + l.account.Name + "/default"
		key := map[string]string{"Type": "Service", "Name": name, "Environment": environment}
		s := SignalService{KeyAttributes: key, AttributeMaps: []map[string]string{
			{"PlatformType": "AWS::EKS", "EKS.Cluster": l.account.Name}, {"Telemetry.SDK": "opentelemetry"},
		}}
		for _, metric := range []string{"Latency", "Error", "Fault"} {
			s.MetricReferences = append(s.MetricReferences, object{
				"Namespace": "ApplicationSignals", "MetricType": metric, "MetricName": metric, "AccountId": l.account.ID,
				"Dimensions": []object{{"Name": "Environment", "Value": environment}, {"Name": "Service", "Value": name}},
			})
		}
		services = append(services, s)
	}
	return services
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
		return nil, c.newMissing("startTime")
	case !start.Before(end):
		return nil, c.newInvalidf("StartTime must be before EndTime")
	case end.Sub(start) > 24*time.Hour:
		return nil, c.newInvalidf("The time range between StartTime and EndTime must be at most 24 hours")
	}
	items, next, err := cutPage(c, findItems(c.location, generateSignalServices), in.NextToken, in.MaxResults, limits{usual: 50, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"StartTime": Time{Time: start}, "EndTime": Time{Time: end}, "ServiceSummaries": items, "NextToken": next}, nil
}

package asl

import (
	"context"
	"time"
)

// describeExecution answers for the executions of this engine, with the members of the API in PascalCase, as SDK
// integrations have them.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
func describeExecution(_ context.Context, v *visit, arguments any) (data, error) {
	fields, _ := arguments.(map[string]any)
	wanted, named := fields["ExecutionArn"].(string)
	if !named {
		return data{}, &Failure{Name: statesRuntime, Cause: "the Arguments of state " + v.s.name + " have no ExecutionArn"}
	}
	x, known := v.x.engine.Lookup(wanted)
	if !known {
		return data{}, &Failure{Name: "Sfn.ExecutionDoesNotExistException", Cause: "Execution Does Not Exist: '" + wanted + "'"}
	}
	return limited("the result of state "+v.s.name, x.describe())
}

func (x *Execution) describe() map[string]any {
	s := x.Describe()
	members := map[string]any{
		"ExecutionArn": x.ARN, "Name": x.Name, "StateMachineArn": x.Machine.ARN(), "Status": string(s.Status),
		"Input": string(x.Input), "RedriveCount": float64(s.RedriveCount), "StartDate": s.Started.UTC().Format(timeFormat),
	}
	status, reason := x.RedriveStatus()
	members["RedriveStatus"] = status
	if x.MapRun != "" {
		members["MapRunArn"] = x.MapRun
	}
	optional := map[string]string{"Output": string(s.Output), "Error": s.Error, "Cause": s.Cause, "RedriveStatusReason": reason}
	for name, value := range optional {
		if value != "" {
			members[name] = value
		}
	}
	for name, t := range map[string]time.Time{"StopDate": s.Stopped, "RedriveDate": s.Redriven} {
		if !t.IsZero() {
			members[name] = t.UTC().Format(timeFormat)
		}
	}
	return members
}

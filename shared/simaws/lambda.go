package simaws

import (
	"fmt"
	"strings"

	"view360/shared/simaws/wire"
)

var lambdaService = service{
	name: "lambda", protocol: wire.RESTJSON{},
	codes: wire.ErrorCodes{Invalid: "InvalidParameterValueException", BadToken: "InvalidParameterValueException"},
	operations: []operation{
		{name: "ListFunctions", route: "GET /2015-03-31/functions", handle: handleInput(listFunctions)},
		{name: "GetAccountSettings", route: "GET /2016-08-19/account-settings", handle: handleInput(getAccountSettings)},
	},
}

// getAccountSettings returns the default quota of an account that is not new.
func getAccountSettings(*call, struct{}) (any, error) {
	return object{
		"AccountLimit": object{"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000, "TotalCodeSize": 80 << 30},
		"AccountUsage": object{"FunctionCount": 0, "TotalCodeSize": 0},
	}, nil
}

// Function is a Lambda function.
type Function struct {
	FunctionName, FunctionArn, Runtime, PackageType, Handler string
	MemorySize, Timeout                                      int
	CodeSize                                                 int
	Architectures                                            []string
	LastModified                                             string // such as 2024-01-01T00:00:00.000+0000
	EphemeralStorage                                         object
	VpcConfig                                                object `json:",omitempty"`
}

func generateFunctions(l *location) []Function {
	functions := make([]Function, l.drawCount("functions", 90))
	for i := range functions {
		r := l.newChance("function", i)
		name := fmt.Sprintf("%s-%s-%s-%d", l.shortName(), pickOne(r, "order", "image", "mail", "invoice", "stock", "webhook"), pickOne(r, "handler", "resizer", "sync", "export"), i)
		f := Function{
			FunctionName: name, FunctionArn: l.newARN("lambda", "function:"+name), PackageType: "Zip", Handler: "bootstrap", CodeSize: r.intBetween(20_000, 40_000_000),
			Runtime: pickOne(r, "python3.12", "python3.9", "nodejs20.x", "nodejs18.x", "provided.al2023", "java21"), MemorySize: pickOne(r, 128, 256, 512, 1024, 2048), Timeout: pickOne(r, 3, 30, 300, 900),
			Architectures: []string{pickOne(r, "arm64", "x86_64")}, EphemeralStorage: object{"Size": pickOne(r, 512, 512, 512, 2048)},
			LastModified: strings.Replace(formatISO(l.lastInCycle(r, 250)), "Z", "+0000", 1),
		}
		if r.oneIn(3) {
			f.VpcConfig = object{"VpcId": l.vpcID(), "SubnetIds": []string{l.resourceID("AWS::EC2::Subnet", 4)}, "SecurityGroupIds": []string{l.resourceID("AWS::EC2::SecurityGroup", 1)}}
		}
		functions[i] = f
	}
	return functions
}

type functionsInput struct {
	Marker   string
	MaxItems *number
}

// listFunctions returns at most 50 a page, however many are asked for.
func listFunctions(c *call, in functionsInput) (any, error) {
	if in.MaxItems != nil && *in.MaxItems > 50 && *in.MaxItems <= 10_000 {
		in.MaxItems = nil
	}
	return answerPage(c, "Functions", findItems(c.location, generateFunctions), "NextMarker", in.Marker, in.MaxItems, limits{usual: 50, least: 1, most: 10_000})
}

package simaws

import (
	"fmt"
	"strings"
)

var _ = register(service{
	name: "lambda", protocol: restJSON{}, invalid: "InvalidParameterValueException", badToken: "InvalidParameterValueException",
	operations: []operation{op("ListFunctions", listFunctions).at("GET /2015-03-31/functions")},
})

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

func (c *call) functions() []Function {
	return things(c, func() []Function {
		functions := make([]Function, c.count("functions", 90))
		for i := range functions {
			r := c.draw("function", i)
			name := fmt.Sprintf("%s-%s-%s-%d", c.shortName(), pick(r, "order", "image", "mail", "invoice", "stock", "webhook"), pick(r, "handler", "resizer", "sync", "export"), i)
			f := Function{
				FunctionName: name, FunctionArn: c.arn("lambda", "function:"+name), PackageType: "Zip", Handler: "bootstrap", CodeSize: r.between(20_000, 40_000_000),
				Runtime: pick(r, "python3.12", "python3.9", "nodejs20.x", "nodejs18.x", "provided.al2023", "java21"), MemorySize: pick(r, 128, 256, 512, 1024, 2048), Timeout: pick(r, 3, 30, 300, 900),
				Architectures: []string{pick(r, "arm64", "x86_64")}, EphemeralStorage: object{"Size": pick(r, 512, 512, 512, 2048)},
				LastModified: strings.Replace(iso(c.lately(r, 250)), "Z", "+0000", 1),
			}
			if r.oneIn(3) {
				f.VpcConfig = object{"VpcId": c.vpcID(), "SubnetIds": []string{c.resourceID("AWS::EC2::Subnet", 4)}, "SecurityGroupIds": []string{c.resourceID("AWS::EC2::SecurityGroup", 1)}}
			}
			functions[i] = f
		}
		return functions
	})
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
	items, next, err := page(c, c.functions(), in.Marker, in.MaxItems, limits{usual: 50, least: 1, most: 10_000})
	if err != nil {
		return nil, err
	}
	return object{"Functions": items, "NextMarker": next}, nil
}

package asl

import "fmt"

// Limits of Step Functions that the engine enforces.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	payloadLimit     = 256 << 10 // bytes of UTF-8 in an input, output, arguments or result, and in the variables of one Assign
	variablesLimit   = 10 << 20  // bytes of all variables
	eventLimit       = 25_000    // history events of one standard execution, the last included
	inlineLimit      = 40        // iterations of an inline map side by side
	distributedLimit = 10_000    // children of a distributed map side by side
	redriveLimit     = 1_000     // redrives of one execution
	redriveDays      = 14
	nameLimit        = 80 // characters in the name of a state, an execution or a variable
)

// encodeLimited encodes a value that passes into or out of a state.
func encodeLimited(what string, value any) (data, error) {
	text, err := encodeValue(value)
	if err != nil {
		return data{}, &Failure{Name: statesRuntime, Cause: fmt.Sprintf("%s is not JSON: %v", what, err)}
	}
	return data{value, text}, checkSize(what, len(text))
}

func checkSize(what string, size int) error {
	if size <= payloadLimit {
		return nil
	}
	return &Failure{Name: dataLimitExceeded, Cause: fmt.Sprintf("%s has %d bytes, more than the limit of %d", what, size, payloadLimit)}
}

package asl

import "fmt"

// Limits of Step Functions that the engine enforces.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	payloadLimit     = 256 << 10 // bytes of UTF-8 in an input, output, arguments or result, and in the variables of one Assign
	variablesLimit   = 10 << 20  // bytes of all variables
	eventLimit       = 25_000    // history events of one standard execution, the last included
	inlineLimit      = 40        // concurrent iterations of an inline map
	distributedLimit = 1_000     // concurrent children of a distributed map in one process; Step Functions allows 10,000
	redriveLimit     = 1_000     // redrives of one execution
	redriveDays      = 14
	nameLimit        = 80 // characters in the name of a state, an execution or a variable
)

// encodeLimited encodes a value and checks its size; what names the value in the error.
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

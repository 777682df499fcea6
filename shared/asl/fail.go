package asl

import "context"

// fail is a Fail state: it ends the flow with its Error and Cause, both optional.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
type fail struct{ name, cause template }

func readFail(p *parser, _ *state) behavior {
	return fail{p.readTemplate("Error"), p.readTemplate("Cause")}
}

func (f fail) run(_ context.Context, v *visit) (data, string, error) {
	name, err := evalText(f.name, v.variables, "Error")
	if err != nil {
		return data{}, "", err
	}
	cause, err := evalText(f.cause, v.variables, "Cause")
	if err != nil {
		return data{}, "", err
	}
	return data{}, "", &Failure{Name: name, Cause: cause}
}

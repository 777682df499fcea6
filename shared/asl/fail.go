package asl

import "context"

// fail is a Fail state: it ends the flow with its Error and Cause, either of which may be absent.
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

// evalText evaluates a field that must be a string.
func evalText(t template, s *variables, field string) (string, error) {
	value, err := evalOr(t, s, "")
	if err != nil {
		return "", err
	}
	text, isText := value.(string)
	if !isText {
		return "", newTypeFailure(field, value, "a string")
	}
	return text, nil
}

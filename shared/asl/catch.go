package asl

// catcher is one entry of Catch.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
type catcher struct {
	errors []string
	next   string
	output template
	assign *object
}

func (p *parser) readCatchers(s *state) {
	p.readObjects("Catch", func(q *parser, last bool) {
		c := catcher{
			errors: q.readErrorNames(last), next: q.readRequired("Next"), output: q.readTemplate("Output"), assign: q.readAssign(s),
		}
		s.catchers = append(s.catchers, c)
		s.targets = append(s.targets, c.next)
	}, "Comment", "ErrorEquals", "Next", "Output", "Assign")
}

// catchFailure leaves the state by the first catcher that matches the failure, or returns the failure. The Output of the
// catcher, by default $states.errorOutput, and its Assign see the error, but no result.
func (v *visit) catchFailure(failure *Failure) (data, string, error) {
	for _, c := range v.s.catchers {
		if !failure.matchesAny(c.errors) {
			continue
		}
		thrown := map[string]any{"Error": failure.Name, "Cause": failure.Cause}
		otherwise, err := encodeLimited("the error of state "+v.s.name, thrown)
		if err != nil {
			return data{}, "", err
		}
		v.variables.errorOutput, v.variables.result = thrown, nil
		output, next, err := v.leaveState(c.output, c.assign, otherwise, c.next)
		if err != nil {
			return data{}, "", v.recordFailure(err)
		}
		return output, next, nil
	}
	return data{}, "", failure
}

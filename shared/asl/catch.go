package asl

// catcher is one entry of Catch.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states
type catcher struct {
	errors []string
	next   string
	output template
	assign *object
}

func (p *parser) catchers(s *state) {
	p.objects("Catch", func(q *parser, last bool) {
		c := catcher{
			errors: q.errorNames(last), next: q.required("Next"), output: q.template("Output"), assign: q.assigning(s),
		}
		s.catchers = append(s.catchers, c)
		s.targets = append(s.targets, c.next)
	}, "Comment", "ErrorEquals", "Next", "Output", "Assign")
}

// catch leaves the state by the first catcher that takes the failure. Its Output, by default $states.errorOutput, and
// its Assign see the error, but no result.
func (v *visit) catch(failure *Failure) (data, string, error) {
	for _, c := range v.s.catchers {
		if !failure.matches(c.errors) {
			continue
		}
		thrown := map[string]any{"Error": failure.Name, "Cause": failure.Cause}
		otherwise, err := limited("the error of state "+v.s.name, thrown)
		if err != nil {
			return data{}, "", err
		}
		v.scope.errorOutput, v.scope.result = thrown, nil
		output, next, err := v.leave(c.output, c.assign, otherwise, c.next)
		if err != nil {
			return data{}, "", v.failed(err)
		}
		return output, next, nil
	}
	return data{}, "", failure
}

package asl

import "context"

// choice takes the first rule whose Condition is true, else Default; Output and Assign of the state belong to Default.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
type choice struct {
	rules     []rule
	otherwise string
}

type rule struct {
	condition template
	next      string
	output    template
	assign    *object
}

func readChoice(p *parser, s *state) behaviour {
	c := choice{otherwise: p.text("Default")}
	p.objects("Choices", func(q *parser, _ bool) {
		r := rule{q.template("Condition"), q.required("Next"), q.template("Output"), q.assigning(s)}
		if r.condition == nil {
			q.fail("Condition", "is missing")
		}
		c.rules = append(c.rules, r)
		s.targets = append(s.targets, r.next)
	}, "Comment", "Condition", "Next", "Output", "Assign")
	if len(c.rules) == 0 {
		p.fail("Choices", "is empty")
	}
	if c.otherwise != "" {
		s.targets = append(s.targets, c.otherwise)
	}
	return c
}

func (c choice) run(_ context.Context, v *visit) (data, string, error) {
	for _, r := range c.rules {
		value, err := r.condition.eval(v.scope)
		if err != nil {
			return data{}, "", err
		}
		chosen, isBool := value.(bool)
		if !isBool {
			return data{}, "", wrongType("Condition", value, "true or false")
		}
		if chosen {
			return v.leave(r.output, r.assign, v.f.Input, r.next)
		}
	}
	if c.otherwise == "" {
		return data{}, "", &Failure{Name: noChoiceMatched, Cause: "no Condition of state " + v.s.name + " is true, and it has no Default"}
	}
	return v.leave(v.s.output, v.s.assign, v.f.Input, c.otherwise)
}

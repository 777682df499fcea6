package asl

import "context"

// choice is a Choice state: it takes the first rule whose Condition is true, else Default.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
type choice struct {
	rules     []rule
	otherwise string
}

type rule struct {
	condition template
	next      string
	output    template
}

func readChoice(p *parser, s *state) behavior {
	c := choice{otherwise: p.readRequired("Default")}
	p.readObjects("Choices", func(q *parser, _ bool) {
		r := rule{q.readTemplate("Condition"), q.readRequired("Next"), q.readTemplate("Output")}
		if r.condition == nil {
			q.failField("Condition", "is missing")
		}
		c.rules = append(c.rules, r)
		s.targets = append(s.targets, r.next)
	}, "Comment", "Condition", "Next", "Output")
	if len(c.rules) == 0 {
		p.failField("Choices", "is empty")
	}
	s.targets = append(s.targets, c.otherwise)
	return c
}

func (c choice) run(_ context.Context, v *visit) (data, string, error) {
	for _, r := range c.rules {
		value, err := r.condition.eval(v.variables)
		if err != nil {
			return data{}, "", err
		}
		chosen, isBool := value.(bool)
		if !isBool {
			return data{}, "", newTypeFailure("Condition", value, "true or false")
		}
		if chosen {
			return v.leaveState(r.output, nil, v.f.Input, r.next)
		}
	}
	return v.leaveState(nil, nil, v.f.Input, c.otherwise)
}

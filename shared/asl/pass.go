package asl

import "context"

// pass is a Pass or a Succeed state: it evaluates Output and Assign. Succeed ends the flow.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html
// https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html
type pass struct{}

func readPass(*parser, *state) behavior { return pass{} }

func (pass) run(_ context.Context, v *visit) (data, string, error) {
	return v.leaveState(v.s.output, v.s.assign, v.f.Input, v.s.next)
}

package asl

import (
	"context"
	"fmt"
	"time"
)

// choice takes the first rule whose condition is true, else Default.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
func (v *visitor) choice() (any, string, error) {
	for _, r := range v.s.rules {
		value, err := r.condition.eval(v.scope)
		if err != nil {
			return nil, "", err
		}
		chosen, isBool := value.(bool)
		if !isBool {
			return nil, "", &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("a condition of %s is %s, not true or false", v.s.name, text(value))}
		}
		if chosen {
			return v.leave(r.output, r.assign, v.f.input, r.next)
		}
	}
	if v.s.otherwise == "" {
		return nil, "", &Failure{Name: noChoiceMatched, Cause: "no rule of " + v.s.name + " is true and it has no Default"}
	}
	return v.leave(v.s.output, v.s.assign, v.f.input, v.s.otherwise)
}

// wait sleeps for Seconds or until Timestamp.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
func (v *visitor) wait(ctx context.Context) (any, string, error) {
	d, err := v.waitFor()
	if err != nil {
		return nil, "", err
	}
	if v.x.engine.sleep(ctx, d) != nil {
		return nil, "", aborted
	}
	return v.leave(v.s.output, v.s.assign, v.f.input, v.s.next)
}

func (v *visitor) waitFor() (time.Duration, error) {
	if v.s.timestamp == nil {
		seconds, err := evalNumber(v.s.seconds, v.scope, "Seconds", 0)
		return time.Duration(seconds * float64(time.Second)), err
	}
	value, err := v.s.timestamp.eval(v.scope)
	if err != nil {
		return 0, err
	}
	until, err := time.Parse(time.RFC3339, fmt.Sprint(value))
	if err != nil {
		return 0, &Failure{Name: queryEvaluationError, Cause: fmt.Sprintf("Timestamp of %s is %v, not an RFC 3339 time", v.s.name, value)}
	}
	return until.Sub(v.x.engine.now()), nil
}

// fail ends the flow with the state's Error and Cause; nothing catches a Fail state itself.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
func (v *visitor) fail() error {
	name, err := evalOr(v.s.errorName, v.scope, "")
	if err != nil {
		return err
	}
	cause, err := evalOr(v.s.cause, v.scope, "")
	if err != nil {
		return err
	}
	return &Failure{Name: fmt.Sprint(name), Cause: fmt.Sprint(cause)}
}

package asl

import (
	"context"
	"time"
)

// wait sleeps for Seconds or until Timestamp (RFC 3339).
// https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
type wait struct{ seconds, timestamp template }

func readWait(p *parser, _ *state) behaviour {
	if p.has("Seconds") == p.has("Timestamp") {
		p.fail("Seconds", "or Timestamp is needed, and not both")
	}
	return wait{p.amount("Seconds"), p.template("Timestamp")}
}

func (w wait) run(ctx context.Context, v *visit) (data, string, error) {
	d, err := w.duration(v)
	if err != nil {
		return data{}, "", err
	}
	if err := v.x.engine.sleep(ctx, d); err != nil {
		return data{}, "", err
	}
	return v.leave(v.s.output, v.s.assign, v.f.Input, v.s.next)
}

func (w wait) duration(v *visit) (time.Duration, error) {
	if w.timestamp == nil {
		seconds, err := evalNumber(w.seconds, v.scope, "Seconds", 0)
		return time.Duration(seconds * float64(time.Second)), err
	}
	text, err := evalText(w.timestamp, v.scope, "Timestamp")
	if err != nil {
		return 0, err
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, wrongType("Timestamp", text, "a time as in RFC 3339")
	}
	return max(0, until.Sub(v.x.engine.now())), nil
}

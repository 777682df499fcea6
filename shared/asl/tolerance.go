package asl

// tolerance is how many children of a distributed map may fail: none by default; with both thresholds, the one that is
// exceeded first counts.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold
type tolerance struct{ percentage, count template }

// threshold is a tolerance whose expressions are evaluated; a negative part is absent.
type threshold struct{ percentage, count float64 }

func (p *parser) tolerance() tolerance {
	t := tolerance{p.amount("ToleratedFailurePercentage"), p.amount("ToleratedFailureCount")}
	if fixed, isLiteral := t.percentage.(literal); isLiteral && p.err == nil && fixed.value.(float64) > 100 {
		p.fail("ToleratedFailurePercentage", "is more than 100")
	}
	return t
}

func (t tolerance) eval(s *scope) (threshold, error) {
	of := threshold{-1, -1}
	var err error
	if t.percentage != nil {
		if of.percentage, err = evalNumber(t.percentage, s, "ToleratedFailurePercentage", 0); err != nil {
			return of, err
		}
	}
	if t.count != nil || t.percentage == nil {
		of.count, err = evalNumber(t.count, s, "ToleratedFailureCount", 0)
	}
	return of, err
}

// exceeded reports whether too many children failed. A percentage is known when all items have been read.
func (t threshold) exceeded(failed, items int, allRead bool) bool {
	if t.count >= 0 && float64(failed) > t.count {
		return true
	}
	if t.percentage < 0 {
		return false
	}
	if !allRead {
		return t.percentage == 0 && failed > 0
	}
	return float64(failed)*100 > t.percentage*float64(items)
}

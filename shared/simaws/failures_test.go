package simaws

import (
	"slices"
	"testing"
)

func TestFailuresHeal(t *testing.T) {
	o := New(Options{WithFailures: true})
	const data = "617390258846"
	if denied := o.ListDenied(data); !slices.Equal(denied, []string{"kms:ListKeys"}) {
		t.Fatalf("denied are %v", denied)
	}
	o.Grant("394057281643", []string{"kms:ListKeys"})
	if denied := o.ListDenied(data); len(denied) != 1 {
		t.Errorf("a grant in another account leaves %v", denied)
	}
	o.Grant(data, []string{"kms:ListKeys"})
	if denied := o.ListDenied(data); len(denied) != 0 {
		t.Errorf("after the grant, denied are %v", denied)
	}
	o.EndOutages()
	for _, r := range o.faults.rules {
		if r.Kind == ServerError {
			t.Errorf("the outage goes on: %+v", r.Fault)
		}
	}
}

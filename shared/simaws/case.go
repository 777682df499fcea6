package simaws

import (
	"fmt"
	"slices"
	"time"
)

// Case is a support case. Resolved is zero while it is open.
type Case struct {
	ID, DisplayID, Subject, Service, Category, Severity, SubmittedBy string
	Created, Resolved                                                time.Time
}

func (c *call) cases() []Case {
	return things(c, func() []Case {
		var cases []Case
		for d := day(c.now).AddDate(0, 0, -360); !d.After(c.now); d = d.AddDate(0, 0, 1) {
			r := c.draw("case", d.Unix())
			created := r.within(d.Add(7*time.Hour), d.Add(19*time.Hour))
			if float64(r.IntN(100)) > 22*c.account.size() || created.After(c.now) {
				continue
			}
			k := Case{
				DisplayID: fmt.Sprintf("17%d%07d", d.Year()%100, r.IntN(10_000_000)), Created: created, Service: pick(r, "amazon-elastic-compute-cloud-linux", "amazon-relational-database-service-postgresql", "billing", "service-limit-increase", "aws-lambda"),
				Category: pick(r, "instance-issue", "performance", "general-guidance", "connectivity"), Severity: pick(r, "low", "normal", "normal", "high", "urgent"),
				Subject: pick(r, "Instance unreachable after resize", "Slow queries since failover", "Increase of the on-demand limit", "Question about an invoice", "Function throttled"), SubmittedBy: pick(r, "maren", "jonas", "oncall") + "@northwind-shop.example",
			}
			k.ID = "case-" + c.account.ID + "-muen-" + fmt.Sprint(d.Year()) + "-" + r.hex(16)
			if resolved := created.Add(time.Duration(r.between(3, 700)) * time.Hour); resolved.Before(c.now) {
				k.Resolved = resolved
			}
			cases = append(cases, k)
		}
		slices.Reverse(cases)
		return cases
	})
}

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

func generateCases(l *location) []Case {
	var cases []Case
	for d := startOfDay(l.now).AddDate(0, 0, -360); !d.After(l.now); d = d.AddDate(0, 0, 1) {
		r := l.newChance("case", d.Unix())
		created := r.timeWithin(d.Add(7*time.Hour), d.Add(19*time.Hour))
		if float64(r.IntN(100)) > 22*l.account.sizeShare() || created.After(l.now) {
			continue
		}
		k := Case{
			DisplayID: fmt.Sprintf("17%d%07d", d.Year()%100, r.IntN(10_000_000)), Created: created, Service: pickOne(r, "amazon-elastic-compute-cloud-linux", "amazon-relational-database-service-postgresql", "billing", "service-limit-increase", "aws-lambda"),
			Category: pickOne(r, "instance-issue", "performance", "general-guidance", "connectivity"), Severity: pickOne(r, "low", "normal", "normal", "high", "urgent"),
			Subject: pickOne(r, "Instance unreachable after resize", "Slow queries since failover", "Increase of the on-demand limit", "Question about an invoice", "Function throttled"), SubmittedBy: pickOne(r, "maren", "jonas", "oncall") + "@northwind-shop.example",
		}
		k.ID = "case-" + l.account.ID + "-muen-" + fmt.Sprint(d.Year()) + "-" + r.hexDigits(16)
		if resolved := created.Add(time.Duration(r.intBetween(3, 700)) * time.Hour); resolved.Before(l.now) {
			k.Resolved = resolved
		}
		cases = append(cases, k)
	}
	slices.Reverse(cases)
	return cases
}

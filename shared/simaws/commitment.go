package simaws

import (
	"fmt"
	"time"
)

// Reservation is a reserved instance of EC2, RDS or another service, in one region.
type Reservation struct {
	ID, ARN, Service, Region string
	InstanceType, Product    string
	Count                    int
	OfferingType             string
	Start                    time.Time
	Years                    int
	Upfront, Hourly          float64 // US dollars for each instance
	OnDemandHourly           float64
	State                    string // active, retired, payment-pending
}

// Plan is a Savings Plan.
type Plan struct {
	ID, ARN, OfferingID, Kind, Payment, Family, Region, Description string
	Products                                                        []string
	Start                                                           time.Time
	Years                                                           int
	Hourly                                                          float64 // commitment in US dollars
	State                                                           string
}

func (p Plan) endDate() time.Time { return p.Start.AddDate(p.Years, 0, 0) }

func (r Reservation) endDate() time.Time { return r.Start.AddDate(r.Years, 0, 0) }

// reserve declares what an account with commitments buys in a region, once a year.
var reserve = []struct {
	service, kind, product, payment string
	count                           int
	hourly, upfront, onDemand       float64
}{
	{"Amazon Elastic Compute Cloud - Compute", "m6i.xlarge", "Linux/UNIX", "No Upfront", 8, 0.121, 0, 0.192},
	{"Amazon Elastic Compute Cloud - Compute", "r6g.2xlarge", "Linux/UNIX", "Partial Upfront", 4, 0.127, 1108, 0.4032},
	{"Amazon Elastic Compute Cloud - Compute", "c6i.large", "Windows", "All Upfront", 3, 0, 1390, 0.177},
	{"Amazon Relational Database Service", "db.r6g.xlarge", "postgresql", "Partial Upfront", 4, 0.138, 1210, 0.478},
	{"Amazon Relational Database Service", "db.m6g.large", "mysql", "No Upfront", 2, 0.113, 0, 0.168},
	{"Amazon ElastiCache", "cache.r6g.large", "redis", "No Upfront", 3, 0.131, 0, 0.206},
	{"Amazon OpenSearch Service", "r6g.large.search", "", "Partial Upfront", 3, 0.054, 473, 0.167},
	{"Amazon Redshift", "ra3.xlplus", "", "No Upfront", 2, 0.76, 0, 1.086},
}

// generateReservations returns the reservations of one region; Cost Explorer knows those of all regions.
func generateReservations(l *location) []Reservation {
	if !l.account.hasCommitments() {
		return nil
	}
	var all []Reservation
	for i, offer := range reserve {
		r := l.newChance("reservation", i)
		bought := time.Date(l.now.Year(), time.Month(r.intBetween(1, 12)), r.intBetween(1, 28), r.intBetween(7, 17), r.intBetween(0, 59), 0, 0, time.UTC)
		if bought.After(l.now) {
			bought = bought.AddDate(-1, 0, 0)
		}
		// Last year's purchase has ended and stays on the list for a while.
		for years, state := range []string{"active", "retired"} {
			if years == 1 && i%3 != 0 {
				continue
			}
			id := r.newUUID()
			all = append(all, Reservation{
				ID: id, ARN: l.newARN(signingName(offer.service), "reserved-instances/"+id),
				Service: offer.service, Region: l.region, InstanceType: offer.kind, Product: offer.product, OfferingType: offer.payment,
				Count: max(1, int(float64(offer.count)*l.account.sizeShare())), Start: bought.AddDate(-years, 0, 0), Years: 1,
				Upfront: offer.upfront, Hourly: offer.hourly, OnDemandHourly: offer.onDemand, State: state,
			})
		}
	}
	return all
}

func signingName(name string) string {
	switch name {
	case "Amazon Relational Database Service":
		return "rds"
	case "Amazon ElastiCache":
		return "elasticache"
	case "Amazon OpenSearch Service":
		return "es"
	case "Amazon Redshift":
		return "redshift"
	default:
		return "ec2"
	}
}

func generatePlans(l *location) []Plan {
	if !l.account.hasCommitments() {
		return nil
	}
	kinds := []Plan{
		{Kind: "Compute", Payment: "No Upfront", Products: []string{"EC2", "Fargate", "Lambda"}, Hourly: 4.2, Years: 1},
		{Kind: "EC2Instance", Payment: "Partial Upfront", Products: []string{"EC2"}, Hourly: 1.35, Years: 3, Family: "m6i", Region: l.account.Regions[0]},
		{Kind: "SageMaker", Payment: "All Upfront", Products: []string{"SageMaker"}, Hourly: 0.8, Years: 1},
	}
	for i := range kinds {
		p, r := &kinds[i], l.newChance("plan", i)
		p.ID, p.OfferingID, p.State = r.newUUID(), r.newUUID(), "active"
		p.ARN = "arn:aws:savingsplans::" + l.account.ID + ":savingsplan/" + p.ID
		p.Start = l.lastInCycle(r, 360).Truncate(time.Hour)
		p.Hourly *= l.account.sizeShare()
		p.Description = fmt.Sprintf("%d year %s %s Savings Plan", p.Years, p.Payment, p.Kind)
	}
	return kinds
}

// usedShare returns the share of a commitment in use on a day, 0 to 1.
func usedShare(l *location, id string, d time.Time) float64 {
	level := 0.72 + 0.28*l.Organization.newChance("used", id).Float64()
	use := level + 0.1*l.Organization.newChance("used", id, d.Unix()).Float64() - 0.05
	if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		use -= 0.07
	}
	return max(0, min(1, use))
}

package simaws

import (
	"cmp"
	"math"
	"time"
)

// Cost is one line of the bill: what an account paid for a service in a region on a day.
type Cost struct {
	Account, Service, Region string
	Day                      time.Time // midnight UTC
	// Record is the charge type, such as Usage, Tax, Support or Credit.
	Record string
	// Entity is AWS or AWS Marketplace.
	Entity string
	Amount float64 // US dollars, unblended
}

// noRegion is what Cost Explorer calls the region of charges that have none.
const noRegion = "NoRegion"

// product is something that appears on bills, with its cost per day in a production account.
type product struct {
	name  string
	daily float64
	// growth is the change per year, 0.2 for 20 %; weekend is the share of a weekday's use at the weekend.
	growth, weekend float64
	// only restricts the product to one character of account.
	only   Character
	global bool
	entity string
	// monthly products are charged on the first of a month.
	monthly bool
	record  string
}

var products = []product{
	{name: "Amazon Elastic Compute Cloud - Compute", daily: 412, growth: 0.18, weekend: 0.82},
	{name: "EC2 - Other", daily: 118, growth: 0.1, weekend: 0.95},
	{name: "Amazon Relational Database Service", daily: 236, growth: 0.12, weekend: 0.99},
	{name: "Amazon Simple Storage Service", daily: 74, growth: 0.42, weekend: 1},
	{name: "Amazon CloudFront", daily: 58, growth: 0.3, weekend: 1.25, global: true},
	{name: "AWS Lambda", daily: 31, growth: 0.5, weekend: 0.9},
	{name: "Amazon DynamoDB", daily: 64, growth: 0.25, weekend: 1.1},
	{name: "Amazon ElastiCache", daily: 52, growth: 0.05, weekend: 1},
	{name: "Amazon OpenSearch Service", daily: 47, growth: 0.08, weekend: 1},
	{name: "Amazon Elastic Load Balancing", daily: 22, growth: 0.06, weekend: 1},
	{name: "Amazon Virtual Private Cloud", daily: 41, growth: 0.04, weekend: 1},
	{name: "AmazonCloudWatch", daily: 37, growth: 0.35, weekend: 0.95},
	{name: "AWS Key Management Service", daily: 4.1, growth: 0.15, weekend: 1},
	{name: "AWS Secrets Manager", daily: 1.9, growth: 0.15, weekend: 1},
	{name: "AWS CloudTrail", daily: 6.4, growth: 0.1, weekend: 0.9},
	{name: "AWS Config", daily: 9.2, growth: 0.08, weekend: 0.8},
	{name: "Amazon GuardDuty", daily: 12.5, growth: 0.2, weekend: 0.95},
	{name: "AWS Security Hub", daily: 5.8, growth: 0.2, weekend: 1},
	{name: "Amazon Inspector", daily: 7.3, growth: 0.2, weekend: 1},
	{name: "AWS WAF", daily: 8.8, growth: 0.15, weekend: 1.2},
	{name: "Amazon Route 53", daily: 2.6, growth: 0.03, weekend: 1, global: true},
	{name: "Amazon Simple Queue Service", daily: 3.2, growth: 0.2, weekend: 0.9},
	{name: "Amazon Simple Notification Service", daily: 1.1, growth: 0.1, weekend: 0.9},
	{name: "Amazon EC2 Container Registry (ECR)", daily: 2.3, growth: 0.3, weekend: 1},
	{name: "Amazon Elastic Container Service for Kubernetes", daily: 14.4, growth: 0, weekend: 1},
	{name: "AWS Backup", daily: 11.7, growth: 0.3, weekend: 1},
	{name: "AWS Systems Manager", daily: 0.8, growth: 0.05, weekend: 1},
	{name: "AWS Step Functions", daily: 0.6, growth: 0.4, weekend: 0.9},
	{name: "Amazon Redshift", daily: 310, growth: 0.15, weekend: 1, only: Data},
	{name: "Amazon Athena", daily: 66, growth: 0.4, weekend: 0.35, only: Data},
	{name: "AWS Glue", daily: 94, growth: 0.22, weekend: 0.7, only: Data},
	{name: "Amazon SageMaker", daily: 140, growth: 0.9, weekend: 0.3, only: Data},
	{name: "Amazon Bedrock", daily: 23, growth: 2.4, weekend: 0.3, only: Sandbox},
	{name: "Savings Plans for AWS Compute usage", daily: 168, weekend: 1, only: Production, global: true, record: "SavingsPlanRecurringFee"},
	{name: "AWS Cost Explorer", daily: 0.4, weekend: 1, only: Platform, global: true},
	{name: "Datadog Pro (Pay-As-You-Go)", daily: 87, growth: 0.2, weekend: 1, only: Production, global: true, entity: "AWS Marketplace"},
	{name: "MongoDB Atlas (pay-as-you-go)", daily: 39, growth: 0.3, weekend: 1, only: Production, global: true, entity: "AWS Marketplace"},
	{name: "CrowdStrike Falcon Cloud Security", daily: 18, growth: 0, weekend: 1, only: Platform, global: true, entity: "AWS Marketplace"},
	{name: "AWS Support (Business)", daily: 2100, growth: 0.15, weekend: 1, only: Production, global: true, monthly: true, record: "Support"},
	{name: "Tax", daily: 9200, growth: 0.16, weekend: 1, global: true, monthly: true, record: "Tax"},
}

// billEpoch is when the products' daily cost holds.
var billEpoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// visitBill calls visit with every line of an account's bill for one day.
func visitBill(l *location, a *Account, d time.Time, visit func(Cost)) {
	if d.After(l.now) || d.Before(l.creationTime(a)) {
		return
	}
	settled := settledShare(l.now.Sub(d.AddDate(0, 0, 1)))
	for _, p := range products {
		if p.only != "" && p.only != a.Character || p.monthly && d.Day() != 1 {
			continue
		}
		total := expectedCost(l, a, p, d) * costNoise(l, a, p, d) * settled
		line := Cost{Account: a.ID, Service: p.name, Day: d, Record: cmp.Or(p.record, "Usage"), Entity: cmp.Or(p.entity, "AWS")}
		if p.global {
			line.Region, line.Amount = "global", total
			if p.monthly {
				line.Region = noRegion
			}
			visit(line)
			continue
		}
		share := 1.0
		for i, region := range a.Regions {
			part := share * 0.68
			if i == len(a.Regions)-1 {
				part = share
			}
			share -= part
			line.Region, line.Amount = region, total*part
			visit(line)
		}
	}
	if a.Character == Sandbox {
		visit(Cost{Account: a.ID, Service: "Amazon Elastic Compute Cloud - Compute", Region: noRegion, Day: d, Record: "Credit", Entity: "AWS", Amount: -3.5 * settled})
	}
}

// expectedCost returns a product's cost without chance: size, growth, week and season.
func expectedCost(l *location, a *Account, p product, d time.Time) float64 {
	years := d.Sub(billEpoch).Hours() / (24 * 365)
	cost := p.daily * a.sizeShare() * l.options.Volume * math.Pow(1+p.growth, years)
	if weekday := d.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		cost *= p.weekend
	}
	if d.Month() == time.November && d.Day() > 20 || d.Month() == time.December {
		cost *= 1.14 // the shop's busy season
	}
	return cost
}

// costNoise returns a factor that varies the cost by account and product, by day, and now and then by a day that is out
// of line.
func costNoise(l *location, a *Account, p product, d time.Time) float64 {
	liking := 0.7 + 0.6*l.Organization.newChance("bill", a.ID, p.name).Float64()
	r := l.Organization.newChance("bill", a.ID, p.name, d.Unix())
	factor := liking * (0.96 + 0.08*r.Float64())
	if r.oneIn(90) {
		factor *= 1.3 + 0.7*r.Float64()
	}
	return factor
}

// settledShare returns the share of a day's cost that is on the bill at an age after the day's end: the last usage
// records arrive up to two days late.
func settledShare(age time.Duration) float64 {
	switch hours := age.Hours(); {
	case hours < 0:
		return 0.85 * (24 + hours) / 24
	case hours < 12:
		return 0.93
	case hours < 24:
		return 0.975
	case hours < 48:
		return 0.996
	default:
		return 1
	}
}

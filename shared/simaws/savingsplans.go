package simaws

import (
	"slices"
	"strings"
	"time"
)

var _ = register(service{
	name: "savingsplans", protocol: restJSON{}, global: true,
	operations: []operation{op("DescribeSavingsPlans", describeSavingsPlans).at("POST /DescribeSavingsPlans")},
})

type plansInput struct {
	States, SavingsPlanIds, SavingsPlanArns []string
	NextToken                               string
	MaxResults                              *number
}

func describeSavingsPlans(c *call, in plansInput) (any, error) {
	plans := []object{}
	for _, p := range c.plans() {
		if len(in.States) > 0 && !slices.Contains(in.States, p.State) {
			continue
		}
		upfront := p.Hourly * 24 * 365 * float64(p.Years) * map[string]float64{"All Upfront": 1, "Partial Upfront": 0.5}[p.Payment]
		recurring := p.Hourly * map[string]float64{"No Upfront": 1, "Partial Upfront": 0.5}[p.Payment]
		plan := object{
			"savingsPlanId": p.ID, "savingsPlanArn": p.ARN, "offeringId": p.OfferingID, "description": p.Description, "state": p.State, "savingsPlanType": p.Kind,
			"paymentOption": p.Payment, "productTypes": p.Products, "currency": "USD", "commitment": decimal(p.Hourly), "upfrontPaymentAmount": decimal(upfront),
			"recurringPaymentAmount": decimal(recurring), "termDurationInSeconds": p.Years * secondsPerYear, "start": planTime(p.Start), "end": planTime(p.end().Add(-time.Second)),
			"returnableUntil": planTime(p.Start.AddDate(0, 0, 7)), "tags": object{},
		}
		if p.Family != "" {
			plan["ec2InstanceFamily"], plan["region"] = p.Family, p.Region
		}
		plans = append(plans, plan)
	}
	items, next, err := page(c, plans, in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 1000})
	if err != nil {
		return nil, err
	}
	return object{"savingsPlans": items, "nextToken": next}, nil
}

func planTime(t time.Time) string { return strings.Replace(iso(t), "Z", "+0000", 1) }

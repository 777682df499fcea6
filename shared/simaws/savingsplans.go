package simaws

import (
	"slices"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var savingsPlansService = service{
	name: "savingsplans", protocol: wire.RESTJSON{}, global: true,
	operations: []operation{
		{name: "DescribeSavingsPlans", route: "POST /DescribeSavingsPlans", handle: handleInput(describeSavingsPlans)},
	},
}

type plansInput struct {
	States, SavingsPlanIds, SavingsPlanArns []string
	NextToken                               string
	MaxResults                              *number
}

func describeSavingsPlans(c *call, in plansInput) (any, error) {
	plans := []object{}
	for _, p := range findItems(c.location, generatePlans) {
		if len(in.States) > 0 && !slices.Contains(in.States, p.State) {
			continue
		}
		upfront := p.Hourly * 24 * 365 * float64(p.Years) * map[string]float64{"All Upfront": 1, "Partial Upfront": 0.5}[p.Payment]
		recurring := p.Hourly * map[string]float64{"No Upfront": 1, "Partial Upfront": 0.5}[p.Payment]
		plan := object{
			"savingsPlanId": p.ID, "savingsPlanArn": p.ARN, "offeringId": p.OfferingID, "description": p.Description, "state": p.State, "savingsPlanType": p.Kind,
			"paymentOption": p.Payment, "productTypes": p.Products, "currency": "USD", "commitment": formatDecimal(p.Hourly), "upfrontPaymentAmount": formatDecimal(upfront),
			"recurringPaymentAmount": formatDecimal(recurring), "termDurationInSeconds": p.Years * secondsPerYear, "start": formatPlanTime(p.Start), "end": formatPlanTime(p.endDate().Add(-time.Second)),
			"returnableUntil": formatPlanTime(p.Start.AddDate(0, 0, 7)), "tags": object{},
		}
		if p.Family != "" {
			plan["ec2InstanceFamily"], plan["region"] = p.Family, p.Region
		}
		plans = append(plans, plan)
	}
	return answerPage(c, "savingsPlans", plans, "nextToken", in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 1000})
}

func formatPlanTime(t time.Time) string { return strings.Replace(formatISO(t), "Z", "+0000", 1) }

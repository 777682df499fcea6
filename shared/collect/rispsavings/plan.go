package rispsavings

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans/types"

	"view360/shared/paging"
	"view360/shared/snapshot"
)

const planPage = 100

func (r *run) listPlans(ctx context.Context) ([]commitment, error) {
	var states []types.SavingsPlanState
	if !r.scope.History {
		states = []types.SavingsPlanState{types.SavingsPlanStateActive}
	}
	read := func(token *string) (*savingsplans.DescribeSavingsPlansOutput, *string, error) {
		page, err := r.api.SavingsPlans.DescribeSavingsPlans(ctx, &savingsplans.DescribeSavingsPlansInput{States: states, MaxResults: aws.Int32(planPage), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return page, page.NextToken, nil
	}
	var found []commitment
	for page, err := range paging.FollowTokens(read) {
		if err != nil {
			return found, err
		}
		for _, p := range page.SavingsPlans {
			found = append(found, r.toPlan(p))
		}
	}
	return found, nil
}

func (r *run) toPlan(p types.SavingsPlan) commitment {
	products := make([]string, len(p.ProductTypes))
	for i, product := range p.ProductTypes {
		products[i] = string(product)
	}
	return commitment{names: []string{aws.ToString(p.SavingsPlanArn)}, CommitmentSaving: snapshot.CommitmentSaving{
		OfferingID: p.OfferingId, SavingsPlanARN: p.SavingsPlanArn, Service: savingsPlans, InstanceType: snapshot.Text(p.SavingsPlanType),
		InstanceFamily: p.Ec2InstanceFamily, OfferingType: snapshot.Text(p.PaymentOption), ProductTypes: aws.String(strings.Join(products, ",")),
		Region: p.Region, Currency: snapshot.Text(p.Currency), Commitment: parseNumber(p.Commitment), UpfrontCost: parseNumber(p.UpfrontPaymentAmount),
		RecurringCost: parseNumber(p.RecurringPaymentAmount), StartDate: p.Start, EndDate: p.End, ReturnableUntil: p.ReturnableUntil,
		DurationSeconds: &p.TermDurationInSeconds, State: snapshot.Text(p.State), Description: p.Description,
		DateFrom: r.scope.Window.StartDate(), DateTo: r.scope.Window.EndDate(), ReservationType: snapshot.SavingsPlan, SubscriptionID: aws.ToString(p.SavingsPlanId),
	}}
}

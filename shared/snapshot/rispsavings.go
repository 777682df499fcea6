package snapshot

// The values of CommitmentSaving.ReservationType.
const (
	ReservedInstance = "Reserved Instance"
	SavingsPlan      = "Savings Plan"
)

// CommitmentSaving is one element of ri_sp_savings: a reservation of EC2 or RDS, or a Savings Plan, and its savings
// in the window. Members that a kind does not have are null. Amounts are in Currency.
type CommitmentSaving struct {
	OfferingID     *string `json:"offering_id"`
	SavingsPlanARN *string `json:"savings_plan_arn"`
	Service        string  `json:"service"`         // Amazon EC2, Amazon RDS or AWS Savings Plans
	InstanceType   *string `json:"instance_type"`   // of a plan: its type, such as Compute
	InstanceCount  *int    `json:"instance_count"`  // reservations only
	InstanceFamily *string `json:"instance_family"` // plans of one family only
	Tenancy        *string `json:"instance_tenancy"`
	OfferingClass  *string `json:"offering_class"`
	OfferingType   *string `json:"offering_type"` // how it is paid, such as No Upfront
	ProductTypes   *string `json:"product_types"` // those of a plan joined with commas
	Region         *string `json:"region"`        // null for plans of all regions
	Currency       *string `json:"currency"`
	// Commitment is, for a plan, what it commits to in an hour; for a reservation, what all its instances cost in a
	// month of 730 hours besides what was paid upfront.
	Commitment         *float64 `json:"commitment"`
	UpfrontCost        *float64 `json:"upfront_cost"`   // of a reservation: for each instance
	RecurringCost      *float64 `json:"recurring_cost"` // in the recurring frequency; of a reservation: for each instance, 0 when all is paid upfront
	RecurringFrequency *string  `json:"recurring_frequency"`
	UsagePrice         *float64 `json:"usage_price"` // per hour, offerings of older generations only
	StartDate          *string  `json:"start_date"`
	EndDate            *string  `json:"end_date"`
	ReturnableUntil    *string  `json:"returnable_until"`
	DurationSeconds    *int64   `json:"duration_seconds"`
	State              *string  `json:"state"`
	Description        *string  `json:"description"`
	DateFrom           string   `json:"date_from"` // the window
	DateTo             string   `json:"date_to"`   // exclusive
	ReservationType    string   `json:"reservation_type"`
	SubscriptionID     string   `json:"subscription_id"` // id of the reservation or plan
	Date               *string  `json:"date,omitempty"`  // first day of the figures below; absent without figures
	// The figures of the window, with two decimals, null if Cost Explorer has none (yet), never a zero that was
	// not measured.
	UtilizationPercentage *float64 `json:"utilization_percentage"`
	OnDemandCost          *float64 `json:"on_demand_cost"`   // what the covered usage would have cost on demand
	ReservationCost       *float64 `json:"reservation_cost"` // amortized fee of a reservation, used commitment of a plan
	NetSavings            *float64 `json:"net_savings"`      // negative when the commitment cost more than it saved
}

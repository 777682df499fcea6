package snapshot

// MarketplaceProduct is one element of marketplace: the cost of an AWS Marketplace product in the window.
type MarketplaceProduct struct {
	ProductCode        string            `json:"product_code"` // the same as ProductName: Cost Explorer has no codes
	ProductName        string            `json:"product_name"`
	Dimension          string            `json:"dimension"`           // always Usage
	CustomerIdentifier *string           `json:"customer_identifier"` // always null, as are Value and ExpirationDate: only sellers can read them
	Value              *string           `json:"value"`
	ExpirationDate     *string           `json:"expiration_date"`
	CostConsumed       Amount            `json:"cost_consumed"` // unblended, of the whole window
	Currency           string            `json:"currency"`
	PeriodStart        string            `json:"period_start"`
	PeriodEnd          string            `json:"period_end"` // exclusive
	DailyCosts         []MarketplaceCost `json:"daily_costs"`
	Status             string            `json:"status"` // always CONSUMED
}

// MarketplaceCost is the cost of a product on one day; days without cost are left out.
type MarketplaceCost struct {
	Date string `json:"date"`
	Cost Amount `json:"cost"`
}

package operations

import "view360/shared/load"

var supportTickets = load.Table{
	Name: "support_tickets", Section: "support_tickets[]", Nature: load.Event,
	HasUpdatedAt:  true,
	Wrapped:       "tickets",
	PeriodColumns: [2]string{"date_from", "date_to"},
	Key:           []string{"case_id"},
	Columns: []load.Column{
		{Name: "case_id", Type: load.Varchar(255), Rule: load.Required},
		{Name: "display_id", Type: load.Varchar(50), Rule: load.Required},
		{Name: "subject", Type: load.Text, Rule: load.Required},
		{Name: "status", Type: load.Varchar(50), Rule: load.Required},
		{Name: "severity_code", Type: load.Varchar(50), Rule: load.Required},
		{Name: "service_code", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "category_code", Type: load.Varchar(50), Rule: load.EmptyText},
		{Name: "time_created", Type: load.Timestamp, Rule: load.Required},
		{Name: "submitted_by", Type: load.Varchar(255), Rule: load.Cut},
		{Name: "language", Type: load.Varchar(10), Rule: load.Cut, Default: "en"},
		{Name: "date_from", Type: load.Date, Rule: load.Required, Shared: true},
		{Name: "date_to", Type: load.Date, Rule: load.Required, Shared: true},
	},
}

package migrate

import (
	"context"
	"log/slog"

	"view360/shared/fault"
	"view360/shared/postgres"
)

// Handler migrates the database of a deployment. It serves a CloudFormation custom resource behind a provider
// function, and may be invoked by hand with an empty event.
type Handler struct {
	URL   string
	Token postgres.TokenFunc // used when URL holds no password
}

// Event is the part of a custom resource event that matters.
type Event struct {
	RequestType string // Create, Update or Delete; empty when invoked by hand
}

// Response is what the provider function of the custom resource expects.
type Response struct {
	PhysicalResourceID string `json:"PhysicalResourceId"`
	Data               Result
}

// physicalID stays the same, so that CloudFormation never takes an update for a replacement.
const physicalID = "view360-database"

// Handle migrates. Deleting the resource leaves the database as it is. The errors are those of package fault.
func (h Handler) Handle(ctx context.Context, event Event) (Response, error) {
	response := Response{PhysicalResourceID: physicalID}
	if event.RequestType == "Delete" {
		return response, nil
	}
	result, err := Run(ctx, h.URL, Options{Token: h.Token, Roles: true})
	if err != nil {
		return response, fault.Classify(err)
	}
	slog.InfoContext(ctx, "migrated", "found", result.Found, "migrations", result.Migrations, "views", result.Views)
	response.Data = result
	return response, nil
}

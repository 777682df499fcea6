package sfnapi

import (
	"context"
	"slices"
	"strconv"

	"view360/shared/asl"
)

type historyInput struct {
	pageInput
	ExecutionARN         string
	ReverseOrder         bool
	IncludeExecutionData *bool
}

// pageBytes limits the data in one page of a history; each event may have 256 KiB.
const pageBytes = 1 << 20

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func (a *api) getExecutionHistory(_ context.Context, in historyInput) (any, error) {
	x, err := a.findExecution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	events := x.History()
	if in.ReverseOrder {
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	key := func(e asl.Event) string { return strconv.FormatInt(e.ID, 10) }
	shown, _, err := cutPage(events, in.pageInput, key)
	if err != nil {
		return nil, err
	}
	in.MaxResults = countFitting(shown)
	if shown, in.NextToken, err = cutPage(events, in.pageInput, key); err != nil {
		return nil, err
	}
	if in.IncludeExecutionData != nil && !*in.IncludeExecutionData {
		shown = dropData(shown)
	} else {
		shown = describeData(shown)
	}
	return struct {
		Events    []asl.Event `json:"events"`
		NextToken string      `json:"nextToken,omitempty"`
	}{append([]asl.Event{}, shown...), in.NextToken}, nil
}

// countFitting returns how many of the events fit into one page, at least one.
func countFitting(events []asl.Event) int {
	bytes := 0
	for i, e := range events {
		if e.Details != nil {
			bytes += len(e.Details.Input) + len(e.Details.Output) + len(e.Details.Parameters)
		}
		if bytes > pageBytes {
			return max(i, 1)
		}
	}
	return max(len(events), 1)
}

// describeData says of each input and output that it is whole.
func describeData(events []asl.Event) []asl.Event {
	events = slices.Clone(events)
	for i, e := range events {
		if e.Details == nil || e.Details.Input == "" && e.Details.Output == "" {
			continue
		}
		described := *e.Details
		if described.Input != "" {
			described.InputDetails = &asl.DataDetails{}
		}
		if described.Output != "" {
			described.OutputDetails = &asl.DataDetails{}
		}
		events[i].Details = &described
	}
	return events
}

func dropData(events []asl.Event) []asl.Event {
	events = slices.Clone(events)
	for i, e := range events {
		if e.Details == nil {
			continue
		}
		bare := *e.Details
		bare.Input, bare.Output, bare.Parameters, bare.AssignedVariables = "", "", "", nil
		events[i].Details = &bare
	}
	return events
}

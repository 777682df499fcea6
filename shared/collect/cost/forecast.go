package cost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"view360/shared/collect"
	"view360/shared/snapshot"
)

const forecastDays = 30

// readForecast returns the forecast for the days after the window (D65). Only a daily run for the present reads one; a
// past day that is collected again keeps its staged forecast. An account that is too young has none. A failure is a
// warning.
func readForecast(ctx context.Context, api API, day collect.Day) ([]snapshot.Forecast, error) {
	if day.Scope.Interval != snapshot.Daily {
		return []snapshot.Forecast{}, nil
	}
	if day.Scope.History {
		return readStagedForecast(day.Part)
	}
	window := day.Scope.Window
	got, err := api.GetCostForecast(ctx, &costexplorer.GetCostForecastInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(window.EndDate()), End: aws.String(window.End.AddDate(0, 0, forecastDays).Format(time.DateOnly))},
		Granularity: types.GranularityMonthly, Metric: types.MetricUnblendedCost, Filter: filterAccount(day.Scope.Account),
	})
	forecasts := []snapshot.Forecast{}
	if err == nil {
		forecasts, err = toForecasts(got.ForecastResultsByTime)
	}
	var young *types.DataUnavailableException
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &young):
		return []snapshot.Forecast{}, nil
	case err != nil:
		day.Part.Warn("Forecast unavailable", fmt.Errorf("reading the forecast: %w", err))
		return []snapshot.Forecast{}, nil
	}
	return forecasts, nil
}

// readStagedForecast returns the forecast of an earlier run for the same day.
func readStagedForecast(part *collect.Part) ([]snapshot.Forecast, error) {
	kept := snapshot.Cost{Forecast: []snapshot.Forecast{}}
	if _, err := part.ReadStaged("cost", &kept); err != nil {
		return nil, fmt.Errorf("reading the staged forecast: %w", err)
	}
	return kept.Forecast, nil
}

func toForecasts(results []types.ForecastResult) ([]snapshot.Forecast, error) {
	forecasts := make([]snapshot.Forecast, len(results))
	for i, f := range results {
		amount, err := snapshot.ParseAmount(aws.ToString(f.MeanValue))
		if err != nil {
			return nil, err
		}
		if f.TimePeriod == nil {
			return nil, errors.New("a month has no period")
		}
		forecasts[i] = snapshot.Forecast{
			Period: snapshot.ForecastPeriod{Start: aws.ToString(f.TimePeriod.Start), End: aws.ToString(f.TimePeriod.End)}, Amount: amount,
		}
	}
	return forecasts, nil
}

// Package price estimates the monthly cost of View360: the resources of its templates, and counts measured in the
// demonstration and scaled to an organization, times AWS's published prices. They are in resources.json, measured.json
// and prices.json; the last two are dated.
package price

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed prices.json measured.json resources.json
var files embed.FS

// Prices are list prices in US dollars, for each unit.
type Prices struct {
	AsOf    string   `json:"as_of"`
	Region  string   `json:"region"`
	Sources []string `json:"sources"` // URLs of the published prices

	StateTransition     float64 `json:"state_transition"`
	LambdaRequest       float64 `json:"lambda_request"`
	LambdaGBSecond      float64 `json:"lambda_gb_second"` // arm64
	CostExplorerRequest float64 `json:"cost_explorer_request"`
	S3Put               float64 `json:"s3_put"` // and list
	S3Get               float64 `json:"s3_get"`
	S3GBMonth           float64 `json:"s3_gb_month"`
	KMSKeyMonth         float64 `json:"kms_key_month"`
	KMSRequest          float64 `json:"kms_request"`
	AuroraACUHour       float64 `json:"aurora_acu_hour"`
	AuroraGBMonth       float64 `json:"aurora_gb_month"`
	LogsGB              float64 `json:"logs_gb"`
	MetricMonth         float64 `json:"metric_month"`
	T4gMicroHour        float64 `json:"t4g_micro_hour"`
	GP3GBMonth          float64 `json:"gp3_gb_month"`
	EndpointHour        float64 `json:"endpoint_hour"` // of an interface endpoint in one zone
	AlarmMetricMonth    float64 `json:"alarm_metric_month"`
	DashboardMonth      float64 `json:"dashboard_month"`
	SecretMonth         float64 `json:"secret_month"`
	SQSRequest          float64 `json:"sqs_request"`
	Trace               float64 `json:"trace"`
	AuthorMonth         float64 `json:"quicksight_author_month"`
	ReaderMonth         float64 `json:"quicksight_reader_month"`
	Free                Free    `json:"free"`
}

// Free is the free tier of each account, per month.
type Free struct {
	StateTransitions float64 `json:"state_transitions"`
	LambdaRequests   float64 `json:"lambda_requests"`
	LambdaGBSeconds  float64 `json:"lambda_gb_seconds"`
	KMSRequests      float64 `json:"kms_requests"`
	LogsGB           float64 `json:"logs_gb"`
	Metrics          float64 `json:"metrics"`
	AlarmMetrics     float64 `json:"alarm_metrics"`
	Dashboards       float64 `json:"dashboards"`
	SQSRequests      float64 `json:"sqs_requests"`
	Traces           float64 `json:"traces"`
}

// Measured are the counts of a daily run of the demonstration.
type Measured struct {
	Date      string `json:"date"` // of the measurement
	Accounts  int    `json:"accounts"`
	Snapshots int    `json:"snapshots"` // of one account and region
	Loads     int    `json:"loads"`     // snapshots that were loaded, including those of earlier days
	// CollectTransitions and LoadTransitions are the states entered.
	CollectTransitions int `json:"collect_transitions"`
	LoadTransitions    int `json:"load_transitions"`
	CollectRequests    int `json:"collect_requests"` // function calls of the collect state machine
	LoadRequests       int `json:"load_requests"`
	AWSCalls           int `json:"aws_calls"` // of all collectors
	PaidRequests       int `json:"paid_requests"`
	// Puts and Gets are requests to S3; lists count as puts.
	CollectPuts int   `json:"collect_puts"`
	CollectGets int   `json:"collect_gets"`
	LoadPuts    int   `json:"load_puts"`
	LoadGets    int   `json:"load_gets"`
	Bytes       int64 `json:"bytes"`     // of the loaded snapshots
	LogBytes    int64 `json:"log_bytes"` // of the functions' own log lines
	// LoadSeconds is the total duration of the functions of the load state machine.
	LoadSeconds float64 `json:"load_seconds"`
}

// ReadPrices returns the prices of prices.json.
func ReadPrices() (Prices, error) { return readFile[Prices]("prices.json") }

// ReadMeasured returns the counts of measured.json.
func ReadMeasured() (Measured, error) { return readFile[Measured]("measured.json") }

// ReadResources returns the resources of the templates of the examples for each way to deploy, from resources.json.
func ReadResources() (map[Way]Resources, error) { return readFile[map[Way]Resources]("resources.json") }

func readFile[T any](file string) (v T, err error) {
	body, err := files.ReadFile(file)
	if err != nil {
		return v, fmt.Errorf("reading %s: %w", file, err)
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("reading %s: %w", file, err)
	}
	return v, nil
}

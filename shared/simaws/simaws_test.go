package simaws_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"view360/shared/simaws"
)

// noon is the organization's time in tests.
var noon = time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)

// The accounts of the default organization.
const (
	platform   = "394057281643"
	production = "528416073925"
	data       = "617390258846"
	staging    = "740915362087"
	sandbox    = "865201497310"
)

func start(t *testing.T, options simaws.Options) *simaws.Server {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return noon }
	}
	server, err := simaws.Start(t.Context(), simaws.New(options))
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// in returns the configuration of an account in a region.
func in(s *simaws.Server, account, region string) aws.Config {
	cfg := s.Config(account)
	cfg.Region = region
	return cfg
}

// wantCode fails the test unless err is the service's error of that code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got error %v, want code %s", err, code)
	}
}

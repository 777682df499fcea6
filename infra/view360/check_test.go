package main

import (
	"errors"
	"strings"
	"testing"

	"view360/shared/simaws"
)

// An account outside of the organization is refused; who may not read the organization is not held up.
func TestUnknownAccountIsRefused(t *testing.T) {
	t.Parallel()
	organization := simaws.New(simaws.Options{Seed: 1})
	server, err := simaws.Start(t.Context(), organization)
	must(t, err)
	t.Cleanup(func() { _ = server.Close() })
	accounts := organization.Accounts()
	var usage usageError
	err = checkMembers(t.Context(), server.Config(accounts[0].ID), []string{accounts[1].ID, "999999999999"})
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "account 999999999999 is not in the organization") {
		t.Errorf("got %v", err)
	}
	if err := checkMembers(t.Context(), server.Config(accounts[1].ID), []string{"999999999999"}); err != nil {
		t.Errorf("a member is held up: %v", err)
	}
}

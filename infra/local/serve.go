package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"view360/shared/page"
)

// serve runs the demonstration with the page on, and keeps it on until ctx ends.
func (d demoCommand) serve(ctx context.Context, demo *demonstration, out *output, db *database) error {
	listener, err := listen(ctx, d.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	shown, err := page.New(page.Options{Pool: db.Pool, Address: d.Listen, Executions: demo.deployment, RunAgain: demo.runAgain})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: shown, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer server.Close()

	outcome := d.run(ctx, demo, out, db.URL)
	if outcome != nil && !errors.Is(outcome, errPartial) {
		return outcome
	}
	go demo.loadArrivals(ctx)
	select {
	case <-ctx.Done():
		return outcome
	case err := <-failed:
		return fmt.Errorf("serving the page: %w", err)
	}
}

// listen takes a loopback address: the page has no log-in.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--listen %s: the page is for this machine only, such as 127.0.0.1:8360", address)
	}
	var c net.ListenConfig
	listener, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for the page (another one may be open: choose another port with --listen): %w", err)
	}
	return listener, nil
}

// runAgain collects one source of one account again. What it publishes is loaded when it arrives.
func (d *demonstration) runAgain(ctx context.Context, r page.Rerun) (string, error) {
	input, err := json.Marshal(map[string]any{"accounts": []string{r.Account}, "services": []string{r.Service}, "regions": r.Regions})
	if err != nil {
		return "", fmt.Errorf("encoding the request: %w", err)
	}
	x, err := d.Engine().Start(context.WithoutCancel(ctx), d.collects, runName("again", time.Now()), input)
	if err != nil {
		return "", fmt.Errorf("starting the execution: %w", err)
	}
	return x.ARN, nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"view360/shared/asl"
	"view360/shared/page"
	"view360/shared/sfnapi"
)

// serve runs the demonstration with the page and the Step Functions API on, and keeps them on until ctx ends.
func (d demoCommand) serve(ctx context.Context, demo *demonstration, out *output, db *database) error {
	listener, err := listenOnLoopback(ctx, d.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	shown, err := page.New(page.Options{
		Pool: db.Pool, Executions: demo.pipeline, CollectAgain: demo.collectAgain, Banner: demoBanner, Permissions: demo.organization,
	})
	if err != nil {
		return err
	}
	demo.Engine().Base = ctx
	server := &http.Server{Handler: page.Guard(d.Listen, sfnapi.New(demo.Engine(), shown)), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer server.Close()
	defer demo.waitForExecutions(out.err, d.Listen)
	fmt.Fprintf(out.err, "The page is at http://%s and fills while the simulated organization is collected and loaded.\n", d.Listen)

	outcome := d.collectAndLoad(ctx, demo, out, db)
	if outcome != nil && !errors.Is(outcome, errPartial) {
		return outcome
	}
	go demo.loadArrivals(ctx)
	if err := demo.collectHistory(ctx, time.Now()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return outcome
	case err := <-failed:
		return fmt.Errorf("serving the page: %w", err)
	}
}

// demoBanner stands on every page of the demonstration.
const demoBanner = "Simulated organization: its accounts, costs and findings are invented."

// waitForExecutions waits until all executions have stopped, and prints how to continue those that were interrupted.
func (d *demonstration) waitForExecutions(w io.Writer, address string) {
	for _, x := range d.List() {
		<-x.Done()
		if s := x.Describe(); s.Status == asl.Aborted && time.Since(s.Stopped) < time.Minute {
			fmt.Fprintf(w, "Interrupted: %s. Start this again, then: %s redrive %s --endpoint-url http://%s\n", x.Name, calledAs, x.Name, address)
		}
	}
}

// listenOnLoopback takes a loopback address: the page has no log-in.
func listenOnLoopback(ctx context.Context, address string) (net.Listener, error) {
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

// collectAgain collects one source of one account again. What it publishes is loaded when it arrives.
func (d *demonstration) collectAgain(ctx context.Context, r page.Rerun) (string, error) {
	input, err := json.Marshal(map[string]any{"accounts": []string{r.Account}, "services": []string{r.Source}, "regions": r.Regions})
	if err != nil {
		return "", fmt.Errorf("encoding the request: %w", err)
	}
	x, err := d.Engine().Start(ctx, d.collectMachine, runName("again", time.Now()), input)
	if err != nil {
		return "", fmt.Errorf("starting the execution: %w", err)
	}
	return x.ARN, nil
}

// collectHistory gives the overview two months to compare: the cost of each day since the first of last month. The
// execution has the name of its dates, so that it runs once.
func (d *demonstration) collectHistory(ctx context.Context, now time.Time) error {
	end := now.UTC().AddDate(0, 0, -1) // a snapshot describes the day before its date; today's is there
	start := time.Date(end.Year(), end.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	from, to := start.Format(time.DateOnly), end.Format(time.DateOnly)
	input, err := json.Marshal(map[string]any{"history": true, "start": from, "end": to, "services": []string{"cost"}, "regions": []string{"us-east-1"}})
	if err != nil {
		return fmt.Errorf("encoding the request: %w", err)
	}
	_, err = d.Engine().Start(ctx, d.collectMachine, "history-"+from+"-"+to, input)
	if failure := (*asl.Failure)(nil); errors.As(err, &failure) && failure.Name == "ExecutionAlreadyExists" {
		return nil
	}
	return err
}

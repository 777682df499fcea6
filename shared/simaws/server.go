package simaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"view360/shared/awsconf"
)

// Server is an organisation that listens on the loopback interface.
type Server struct {
	*Organization
	url  string
	done chan error
}

// Start serves o on a free port of 127.0.0.1 until ctx ends. Tests pass t.Context().
func Start(ctx context.Context, o *Organization) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the simulated AWS: %w", err)
	}
	server := &http.Server{Handler: o, ReadHeaderTimeout: time.Minute}
	s := &Server{Organization: o, url: "http://" + listener.Addr().String(), done: make(chan error, 1)}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nothing to save, so nothing to wait for
	go func() {
		defer stop()
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.done <- err
	}()
	return s, nil
}

// URL is the endpoint of every service.
func (s *Server) URL() string { return s.url }

// Wait returns when the server has stopped, nil after the context of [Start] ended.
func (s *Server) Wait() error { return <-s.done }

// longestBackoff keeps retries short: a simulated service recovers when it is asked again, not with time.
const longestBackoff = 20 * time.Millisecond

// Config is the client configuration of an account's own user, in the account's first region; "" means the management
// account, which may assume the roles of all others.
func (s *Server) Config(account string) aws.Config {
	a := s.management()
	if account != "" {
		a = s.byID[account]
	}
	if a == nil {
		a = &Account{ID: account, Regions: []string{homeRegion}} // unknown keys, which the services refuse
	}
	return aws.Config{
		Region:       a.Regions[0],
		BaseEndpoint: aws.String(s.url),
		Credentials:  credentials.NewStaticCredentialsProvider(permanentKey+a.ID+keySuffix, secretKey, ""),
		HTTPClient:   awsconf.HTTPClient(),
		Retryer:      awsconf.Patient(longestBackoff),
	}
}

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

// Server is an organization that listens on the loopback interface.
type Server struct {
	*Organization
	url    string
	server *http.Server
	ended  chan error
}

// Start serves o on a free port of 127.0.0.1 until ctx ends or Close is called. Tests pass t.Context().
func Start(ctx context.Context, o *Organization) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the simulated AWS: %w", err)
	}
	s := &Server{
		Organization: o, url: "http://" + listener.Addr().String(), ended: make(chan error, 1),
		server: &http.Server{Handler: o, ReadHeaderTimeout: time.Minute},
	}
	stop := context.AfterFunc(ctx, func() { _ = s.server.Close() }) // serving ends with the error, if there is one
	go func() {
		defer stop()
		s.ended <- s.server.Serve(listener)
	}()
	return s, nil
}

// URL returns the endpoint of every service.
func (s *Server) URL() string { return s.url }

// Close cuts all connections and frees the port. It is called at most once, and is not needed if the context of [Start] ends.
func (s *Server) Close() error {
	if err := s.server.Close(); err != nil {
		return fmt.Errorf("closing the simulated AWS: %w", err)
	}
	if err := <-s.ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the simulated AWS: %w", err)
	}
	return nil
}

// longestBackoff keeps retries short: a simulated service recovers when it is asked again, not with time.
const longestBackoff = 20 * time.Millisecond

// Config returns the client configuration of an account's own user, in the account's first region; "" means the
// management account, which may assume the roles of all others.
func (s *Server) Config(account string) aws.Config {
	a := s.managementAccount()
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
		Retryer:      awsconf.NewRetryer(longestBackoff),
	}
}

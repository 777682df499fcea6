// Package s3disk serves a folder as an S3 endpoint in this process: the object store of the local deployment. gofakes3
// implements the protocol; this package stores the objects as plain files and writes each atomically, so that a killed
// process never leaves a partial object.
package s3disk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
)

// Server is a running endpoint.
type Server struct {
	// Endpoint is the URL, on the loopback interface.
	Endpoint string
	key      string // access key that requests must have
	http     *http.Server
	objects  *disk
	unused   sync.Map // connections without a request so far
}

// Start serves the buckets under dir on a free loopback port until Close. It creates missing folders, and removes uploads
// that an earlier process left incomplete: only one process may use dir.
func Start(dir string, buckets ...string) (*Server, error) {
	if err := os.RemoveAll(filepath.Join(dir, uploads)); err != nil {
		return nil, fmt.Errorf("removing incomplete uploads: %w", err)
	}
	for _, bucket := range append(buckets, uploads) {
		if err := os.MkdirAll(filepath.Join(dir, bucket), 0o700); err != nil {
			return nil, fmt.Errorf("creating the bucket folder %s: %w", bucket, err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the object store's folder: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for S3 requests: %w", err)
	}
	objects := &disk{root: root}
	s := &Server{Endpoint: "http://" + listener.Addr().String(), key: rand.Text(), objects: objects}
	s.http = &http.Server{
		Handler:           guard{gofakes3.New(objects, gofakes3.WithoutVersioning(), gofakes3.WithTimeSkewLimit(0)).Server(), objects, s.key},
		ReadHeaderTimeout: 10 * time.Second,
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.unused.Store(c, nil)
				return
			}
			s.unused.Delete(c)
		},
	}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// Client returns a client of the endpoint.
func (s *Server) Client() *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &s.Endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.key, "local", ""),
		Retryer:     aws.NopRetryer{},
	})
}

// Close stops the endpoint after the current requests. It first closes unused connections, which a client with many
// parallel requests leaves behind: Shutdown would wait five seconds for a request on each.
func (s *Server) Close() error {
	for c := range s.unused.Range {
		_ = c.(net.Conn).Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(s.http.Shutdown(ctx), s.objects.root.Close())
}

// Expire deletes the objects of a bucket under prefix that were written before t, as a lifecycle rule does.
func (s *Server) Expire(bucket, prefix string, t time.Time) error {
	start := path.Join(bucket, prefix)
	err := fs.WalkDir(s.objects.root.FS(), start, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil || !info.ModTime().Before(t) {
			return err
		}
		s.objects.mu.Lock()
		defer s.objects.mu.Unlock()
		return s.objects.removeObject(name)
	})
	if err != nil {
		return fmt.Errorf("expiring the objects in %s: %w", start, err)
	}
	return nil
}

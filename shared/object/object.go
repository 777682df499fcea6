// Package object reads and writes the pipeline's objects in S3: plans, parts, outcomes and snapshots. Bodies are streams;
// only PutJSON and GetJSON hold a whole object in memory.
package object

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithy "github.com/aws/smithy-go"

	"view360/shared/fault"
	"view360/shared/outcome"
	"view360/shared/paging"
)

// Store is one bucket.
type Store struct {
	client *s3.Client
	bucket string
	kmsKey string // ARN or id; "" means the bucket's default encryption
	owner  string // expected bucket owner; "" means unchecked
}

// Options are the optional settings of a store.
type Options struct {
	KMSKey string // key for SSE-KMS, named on every write
	Owner  string // account that must own the bucket
}

// New returns the store of one bucket. The client is shared and safe for concurrent use.
func New(client *s3.Client, bucket string, options Options) *Store {
	return &Store{client: client, bucket: bucket, kmsKey: options.KMSKey, owner: options.Owner}
}

// Bucket returns the bucket's name.
func (s *Store) Bucket() string { return s.bucket }

// Version identifies one version of an object.
type Version struct {
	Key          string
	ETag         string // with its quotes, as S3 gives it
	ID           string // version id; "" in an unversioned bucket
	Size         int64  // bytes
	LastModified time.Time
}

// The memory of a streamed upload is limited to two parts of S3's smallest size.
const (
	partSize    = 5 << 20
	partsAtOnce = 2
)

// Put streams body to key, as a multipart upload if it is large, and returns its size in bytes. A failed upload leaves no
// object.
func (s *Store) Put(ctx context.Context, key string, body io.Reader) (int64, error) {
	counted := &countingReader{Reader: body}
	uploader := transfermanager.New(s.client, func(o *transfermanager.Options) {
		o.PartSizeBytes = partSize
		o.MultipartUploadThreshold = partSize
		o.Concurrency = partsAtOnce
	})
	input := &transfermanager.UploadObjectInput{
		Bucket: &s.bucket, Key: &key, Body: counted, ContentType: aws.String("application/json"),
		ExpectedBucketOwner: toOptional(s.owner),
	}
	if s.kmsKey != "" {
		input.ServerSideEncryption = "aws:kms"
		input.SSEKMSKeyID = &s.kmsKey
	}
	if _, err := uploader.UploadObject(ctx, input); err != nil {
		return 0, fmt.Errorf("writing s3://%s/%s: %w", s.bucket, key, err)
	}
	return counted.read, nil
}

// PutJSON writes v to key as a compact JSON document.
func (s *Store) PutJSON(ctx context.Context, key string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	_, err = s.Put(ctx, key, bytes.NewReader(body))
	return err
}

// GetJSON decodes the JSON document of key into v.
func (s *Store) GetJSON(ctx context.Context, key string, v any) error {
	body, _, err := s.Open(ctx, Version{Key: key})
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(v); err != nil {
		return fmt.Errorf("reading s3://%s/%s: %w", s.bucket, key, err)
	}
	return nil
}

// Open returns the body of an object and its version. If v has an ETag or an id, the object must still have it: Open
// returns a outcome.Invalid error if the object was replaced, and one that satisfies [IsMissing] if it was deleted.
func (s *Store) Open(ctx context.Context, v Version) (io.ReadCloser, Version, error) {
	got, err := s.getObject(ctx, v, nil)
	if err != nil {
		return nil, Version{}, err
	}
	return got.Body, Version{
		Key: v.Key, ETag: aws.ToString(got.ETag), ID: aws.ToString(got.VersionId),
		Size: aws.ToInt64(got.ContentLength), LastModified: aws.ToTime(got.LastModified),
	}, nil
}

// OpenRange returns the bytes [start, end) of an object, under the conditions of Open.
func (s *Store) OpenRange(ctx context.Context, v Version, start, end int64) (io.ReadCloser, error) {
	if start >= end {
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	got, err := s.getObject(ctx, v, aws.String(fmt.Sprintf("bytes=%d-%d", start, end-1)))
	if err != nil {
		return nil, err
	}
	if aws.ToString(got.ContentRange) != "" {
		return got.Body, nil
	}
	// HTTP allows a server to respond with the whole object (RFC 9110, section 14.2).
	if _, err := io.CopyN(io.Discard, got.Body, start); err != nil {
		got.Body.Close()
		return nil, fmt.Errorf("reading s3://%s/%s up to byte %d: %w", s.bucket, v.Key, start, err)
	}
	return part{io.LimitReader(got.Body, end-start), got.Body}, nil
}

// part is a range of a body.
type part struct {
	io.Reader
	io.Closer
}

// getObject requests an object. The caller closes the body.
func (s *Store) getObject(ctx context.Context, v Version, byteRange *string) (*s3.GetObjectOutput, error) {
	got, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: &v.Key, Range: byteRange, ExpectedBucketOwner: toOptional(s.owner),
		IfMatch: toOptional(v.ETag), VersionId: toOptional(v.ID),
	})
	if err == nil && v.ETag != "" && aws.ToString(got.ETag) != v.ETag { // the endpoint ignores IfMatch
		got.Body.Close()
		return nil, s.replacedError(v)
	}
	if IsReplaced(err) {
		return nil, s.replacedError(v)
	}
	if err != nil {
		return nil, fmt.Errorf("reading s3://%s/%s: %w", s.bucket, v.Key, err)
	}
	return got, nil
}

func (s *Store) replacedError(v Version) error {
	return fault.New(outcome.Invalid, "s3://%s/%s was replaced while it was read: start again with the new object", s.bucket, v.Key)
}

// List calls visit for every object under prefix, in key order.
func (s *Store) List(ctx context.Context, prefix string, visit func(Version) error) error {
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: &prefix, ExpectedBucketOwner: toOptional(s.owner),
	}, func(o *s3.ListObjectsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for page, err := range paging.ReadPages(ctx, pages) {
		if err != nil {
			return fmt.Errorf("listing s3://%s/%s: %w", s.bucket, prefix, err)
		}
		for _, item := range page.Contents {
			v := Version{Key: aws.ToString(item.Key), ETag: aws.ToString(item.ETag), Size: aws.ToInt64(item.Size), LastModified: aws.ToTime(item.LastModified)}
			if err := visit(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// Move copies the exact version v to key, then deletes that version. It has no effect if v does not exist anymore, so it
// can be repeated.
func (s *Store) Move(ctx context.Context, v Version, key string) error {
	source := s.bucket + "/" + strings.ReplaceAll((&url.URL{Path: v.Key}).EscapedPath(), "+", "%2B") // S3 reads + as a blank
	if v.ID != "" {
		source += "?versionId=" + url.QueryEscape(v.ID)
	}
	input := &s3.CopyObjectInput{
		Bucket: &s.bucket, Key: &key, CopySource: &source, CopySourceIfMatch: toOptional(v.ETag),
		ExpectedBucketOwner: toOptional(s.owner), ExpectedSourceBucketOwner: toOptional(s.owner),
	}
	if s.kmsKey != "" {
		input.ServerSideEncryption = types.ServerSideEncryptionAwsKms
		input.SSEKMSKeyId = &s.kmsKey
	}
	if _, err := s.client.CopyObject(ctx, input); err != nil {
		if IsMissing(err) {
			return nil
		}
		return fmt.Errorf("copying s3://%s/%s to %s: %w", s.bucket, v.Key, key, err)
	}
	return s.Delete(ctx, v)
}

// Delete removes the version v, or the current object if v has no id. In a bucket without versions it removes the object
// only if it still has v's ETag. Deleting a missing object is not an error.
func (s *Store) Delete(ctx context.Context, v Version) error {
	input := &s3.DeleteObjectInput{
		Bucket: &s.bucket, Key: &v.Key, VersionId: toOptional(v.ID), ExpectedBucketOwner: toOptional(s.owner),
	}
	if v.ID == "" {
		input.IfMatch = toOptional(v.ETag)
	}
	if _, err := s.client.DeleteObject(ctx, input); err != nil && !IsMissing(err) {
		return fmt.Errorf("deleting s3://%s/%s: %w", s.bucket, v.Key, err)
	}
	return nil
}

// Head returns the current version of key, or an error that satisfies [IsMissing].
func (s *Store) Head(ctx context.Context, key string) (Version, error) {
	got, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key, ExpectedBucketOwner: toOptional(s.owner)})
	if err != nil {
		return Version{}, fmt.Errorf("reading the metadata of s3://%s/%s: %w", s.bucket, key, err)
	}
	return Version{
		Key: key, ETag: aws.ToString(got.ETag), ID: aws.ToString(got.VersionId),
		Size: aws.ToInt64(got.ContentLength), LastModified: aws.ToTime(got.LastModified),
	}, nil
}

// IsReplaced reports whether err means that the object is not the version that was named any more.
func IsReplaced(err error) bool { return hasCode(err, "PreconditionFailed") }

// IsMissing reports whether err means that the object does not exist.
func IsMissing(err error) bool {
	return hasCode(err, "NoSuchKey") || hasCode(err, "NotFound") || hasCode(err, "NoSuchVersion")
}

func hasCode(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}

// toOptional returns nil for an empty text.
func toOptional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

type countingReader struct {
	io.Reader
	read int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	return n, err
}

package awsconf

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Progress keeps the answers of AWS to one attempt in a temporary file, so that the next attempt goes on where this one
// stopped: the clients of [WithProgress] find answers there before they ask. It is safe for concurrent use.
type Progress struct {
	// Paid is called after each answer that was kept and that AWS charges for; it may be nil.
	Paid func(context.Context)

	mu      sync.Mutex
	file    *os.File
	size    int64
	answers map[requestKey]span
	full    bool // the file takes no more, and the source is read without it
}

type (
	// requestKey identifies a request by what is sent, without signature and time.
	requestKey [sha256.Size]byte
	// span is where the file has an answer, compressed.
	span struct{ start, length int64 }
)

// NewProgress returns an empty Progress. Close removes its file.
func NewProgress() (*Progress, error) {
	file, err := os.CreateTemp("", "view360-progress-*")
	if err != nil {
		return nil, fmt.Errorf("creating a file for the answers of AWS: %w", err)
	}
	return &Progress{file: file, answers: map[requestKey]span{}}, nil
}

// Close removes the file.
func (p *Progress) Close() error {
	return errors.Join(p.file.Close(), os.Remove(p.file.Name()))
}

// Count returns the number of answers.
func (p *Progress) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.answers)
}

// Reader returns the answers for [Progress.Load].
func (p *Progress) Reader() io.Reader {
	p.mu.Lock()
	defer p.mu.Unlock()
	return io.NewSectionReader(p.file, 0, p.size)
}

// Load adds the answers of an earlier attempt. A text that ends too soon loses its last answer only.
func (p *Progress) Load(r io.Reader) error {
	buffered := bufio.NewReader(r)
	for {
		var head struct {
			Key    requestKey
			Length int64
		}
		err := binary.Read(buffered, binary.BigEndian, &head)
		if errors.Is(err, io.EOF) {
			return nil
		}
		compressed := make([]byte, max(head.Length, 0))
		if err == nil {
			_, err = io.ReadFull(buffered, compressed)
		}
		if err == nil {
			err = p.add(head.Key, compressed)
		}
		if err != nil {
			return fmt.Errorf("loading the answers of the earlier attempt: %w", err)
		}
	}
}

// add appends an answer: the key, the length, and the compressed response.
func (p *Progress) add(key requestKey, compressed []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	record := append(key[:], binary.BigEndian.AppendUint64(nil, uint64(len(compressed)))...)
	if _, err := p.file.WriteAt(append(record, compressed...), p.size); err != nil {
		return fmt.Errorf("keeping an answer of AWS: %w", err)
	}
	p.answers[key] = span{p.size + int64(len(record)), int64(len(compressed))}
	p.size += int64(len(record) + len(compressed))
	return nil
}

// keep adds an answer while the file takes it: a full disk costs the next attempt, not this one.
func (p *Progress) keep(ctx context.Context, key requestKey, compressed []byte) {
	p.mu.Lock()
	full := p.full
	p.mu.Unlock()
	if full {
		return
	}
	if err := p.add(key, compressed); err != nil {
		p.mu.Lock()
		p.full = true
		p.mu.Unlock()
		slog.WarnContext(ctx, "the next attempt would have to ask AWS again", "error", err)
		return
	}
	if p.Paid != nil && awsmiddleware.GetServiceID(ctx) == paidService {
		p.Paid(ctx)
	}
}

// find returns the kept response to a request, nil for none.
func (p *Progress) find(key requestKey) (*http.Response, error) {
	p.mu.Lock()
	found, ok := p.answers[key]
	p.mu.Unlock()
	if !ok {
		return nil, nil
	}
	text := flate.NewReader(io.NewSectionReader(p.file, found.start, found.length))
	response, err := http.ReadResponse(bufio.NewReader(text), nil)
	if err != nil {
		return nil, fmt.Errorf("reading a kept answer of AWS: %w", err)
	}
	return response, nil
}

// compressResponse returns a response with its body, compressed. The body can be read again.
func compressResponse(response *http.Response) ([]byte, error) {
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body, response.ContentLength, response.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	text, err := httputil.DumpResponse(response, true)
	if err != nil {
		return nil, fmt.Errorf("writing out an answer of AWS: %w", err)
	}
	var compressed bytes.Buffer
	w, err := flate.NewWriter(&compressed, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(text)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("compressing an answer of AWS: %w", err)
	}
	return compressed.Bytes(), nil
}

// exchange is a request of [WithProgress] and the answer to it: one that is kept, or what AWS answers now, compressed.
type exchange struct {
	key    requestKey
	answer *http.Response
	fresh  []byte
}

type exchangeKey struct{}

func findExchange(ctx context.Context) *exchange {
	x, _ := middleware.GetStackValue(ctx, exchangeKey{}).(*exchange)
	return x
}

// isAnswered reports whether the request of an attempt is answered from a [Progress]: it costs no quota and no cent.
func isAnswered(ctx context.Context) bool {
	x := findExchange(ctx)
	return x != nil && x.answer != nil
}

// WithProgress returns cfg with clients that find answers in p, and keep there what AWS answers, once the SDK has read it:
// an answer that broke off is not one. Apply it after [Pacer.Pace] and [WithMeter], which then leave out what p has.
func WithProgress(cfg aws.Config, p *Progress) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(cfg.APIOptions[:len(cfg.APIOptions):len(cfg.APIOptions)], func(stack *middleware.Stack) error {
		return errors.Join(
			stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("view360.FindAnswer", p.findAnswer), "Retry", middleware.After),
			stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("view360.ReadAnswer", readAnswer), middleware.After))
	})
	return cfg
}

func (p *Progress) findAnswer(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
	request, is := in.Request.(*smithyhttp.Request)
	if !is {
		return next.HandleFinalize(ctx, in)
	}
	x := &exchange{}
	if x.key, err = hashRequest(ctx, request); err != nil {
		return out, metadata, err
	}
	if x.answer, err = p.find(x.key); err != nil {
		return out, metadata, err
	}
	out, metadata, err = next.HandleFinalize(middleware.WithStackValue(ctx, exchangeKey{}, x), in)
	if err == nil && x.fresh != nil {
		p.keep(ctx, x.key, x.fresh)
	}
	return out, metadata, err
}

// hashRequest identifies a request, with its region, which a custom endpoint does not name. Its body can be read again.
func hashRequest(ctx context.Context, r *smithyhttp.Request) (key requestKey, err error) {
	h := sha256.New()
	fmt.Fprintln(h, awsmiddleware.GetServiceID(ctx), awsmiddleware.GetRegion(ctx), awsmiddleware.GetOperationName(ctx), r.Method, r.URL.String(), r.Header.Get("X-Amz-Target"))
	if body := r.GetStream(); body != nil {
		if _, err := io.Copy(h, body); err != nil {
			return key, fmt.Errorf("reading the request: %w", err)
		}
		if err := r.RewindStream(); err != nil {
			return key, err
		}
	}
	return requestKey(h.Sum(nil)), nil
}

// readAnswer gives the kept answer to a request, or takes AWS's.
func readAnswer(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	x := findExchange(ctx)
	if x != nil && x.answer != nil {
		out.RawResponse = &smithyhttp.Response{Response: x.answer}
		return out, metadata, nil
	}
	out, metadata, err = next.HandleDeserialize(ctx, in)
	response, is := out.RawResponse.(*smithyhttp.Response)
	if err != nil || x == nil || !is || response.StatusCode != http.StatusOK {
		return out, metadata, err
	}
	x.fresh, err = compressResponse(response.Response)
	return out, metadata, err
}

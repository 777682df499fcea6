package awsconf

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// requireWholeAnswers returns cfg with clients that fail on an empty response body, which the SDK reads as a result without
// items: a list would silently lack some.
func requireWholeAnswers(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), func(stack *middleware.Stack) error {
		// Next to the transport, before the SDK reads the body.
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("view360.Answer", requireContent), middleware.After)
	})
	return cfg
}

// requireContent wraps the body of a successful response in [content].
func requireContent(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, is := out.RawResponse.(*smithyhttp.Response)
	if err == nil && is && response.StatusCode == http.StatusOK {
		response.Body = &content{ReadCloser: response.Body, xml: answersXML(ctx, in.Request), copy: findCopy(ctx, response.Header)}
	}
	return out, metadata, err
}

// findCopy returns the buffer that keeps an answer in JSON for [readFarTimes].
func findCopy(ctx context.Context, header http.Header) *bytes.Buffer {
	if !strings.Contains(header.Get("Content-Type"), "json") {
		return nil
	}
	keep, _ := middleware.GetStackValue(ctx, answerKey{}).(*bytes.Buffer)
	return keep
}

// answersXML reports whether a service responds in XML: those with form requests do, and S3 and CloudFront.
func answersXML(ctx context.Context, request any) bool {
	r, is := request.(*smithyhttp.Request)
	form := is && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	return form || slices.Contains([]string{"S3", "CloudFront"}, awsmiddleware.GetServiceID(ctx))
}

// content is a response body that fails to read if it is empty, or if it should be XML and is not.
type content struct {
	io.ReadCloser
	xml   bool
	begun bool
	copy  *bytes.Buffer // nil: nobody needs it
}

func (c *content) Read(into []byte) (int, error) {
	n, err := c.ReadCloser.Read(into)
	if c.copy != nil {
		c.copy.Write(into[:n])
	}
	if text := bytes.TrimLeft(into[:n], " \t\r\n"); !c.begun && len(text) > 0 {
		c.begun = true
		if c.xml && text[0] != '<' {
			return 0, notXML{}
		}
	}
	if err == io.EOF && !c.begun {
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// notXML is a retryable error, as a truncated response is.
type notXML struct{}

func (notXML) Error() string        { return "the response is not XML" }
func (notXML) RetryableError() bool { return true }

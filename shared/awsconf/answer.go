package awsconf

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// requireWholeAnswers returns cfg with clients that fail on an empty response body and on a repeated page token. The SDK
// reads an empty body as a result without items, and its paginators end without an error if a page names itself as the
// next; either way a list would silently lack items.
func requireWholeAnswers(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("view360.Token", refuseRepeatedToken), middleware.After); err != nil {
			return err
		}
		// Next to the transport, before the SDK reads the body.
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("view360.Answer", requireContent), middleware.After)
	})
	return cfg
}

// refuseRepeatedToken returns an error if the output has a page token of the input.
func refuseRepeatedToken(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	asked := findTokens(in.Parameters)
	out, metadata, err := next.HandleInitialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	for _, token := range findTokens(out.Result) {
		if slices.Contains(asked, token) {
			return out, metadata, fault.New(outcome.Failed, "the response repeats the requested page token: the list cannot be completed")
		}
	}
	return out, metadata, nil
}

// findTokens returns the page tokens of an operation's input or output: members such as NextToken and Marker.
func findTokens(shape any) (found []string) {
	members := reflect.Indirect(reflect.ValueOf(shape))
	if members.Kind() != reflect.Struct {
		return nil
	}
	for i := range members.NumField() {
		member := members.Type().Field(i)
		if !strings.HasSuffix(member.Name, "Token") && !strings.HasSuffix(member.Name, "Marker") {
			continue
		}
		if token, is := members.Field(i).Interface().(*string); is && aws.ToString(token) != "" {
			found = append(found, *token)
		}
	}
	return found
}

// requireContent wraps the body of a successful response in [content].
func requireContent(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, is := out.RawResponse.(*smithyhttp.Response)
	if err == nil && is && response.StatusCode == http.StatusOK {
		response.Body = &content{ReadCloser: response.Body, xml: answersXML(ctx, in.Request)}
	}
	return out, metadata, err
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
}

func (c *content) Read(into []byte) (int, error) {
	n, err := c.ReadCloser.Read(into)
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

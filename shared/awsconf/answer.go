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
)

// requireWholeAnswers returns cfg with clients that take no broken answer for an empty or complete one. The SDK reads an
// answer without content as one without items, and its paginators end quietly where a page names itself as the next;
// either way a list would lack items, and nobody would know.
func requireWholeAnswers(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("view360.Token", refuseRepeatedToken), middleware.After); err != nil {
			return err
		}
		// Next to the transport, so that the SDK reads what this lets through.
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("view360.Answer", requireContent), middleware.After)
	})
	return cfg
}

func refuseRepeatedToken(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	asked := findTokens(in.Parameters)
	out, metadata, err := next.HandleInitialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	for _, token := range findTokens(out.Result) {
		if slices.Contains(asked, token) {
			return out, metadata, fault.New(fault.Internal, "the answer names the page that was asked for as the next one: the list cannot be completed")
		}
	}
	return out, metadata, nil
}

// findTokens are the page tokens of an operation's input or output, which AWS calls NextToken, NextPageToken, Marker, ….
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

func requireContent(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, is := out.RawResponse.(*smithyhttp.Response)
	if err == nil && is && response.StatusCode == http.StatusOK {
		response.Body = &content{ReadCloser: response.Body, xml: answersXML(ctx, in.Request)}
	}
	return out, metadata, err
}

// answersXML reports whether a service answers in XML: those that take forms do, and two that take nothing.
func answersXML(ctx context.Context, request any) bool {
	r, is := request.(*smithyhttp.Request)
	form := is && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	return form || slices.Contains([]string{"S3", "CloudFront"}, awsmiddleware.GetServiceID(ctx))
}

// content is the body of a successful answer to a question: there is some, and XML begins as such.
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

// notXML is retried, as what breaks off is.
type notXML struct{}

func (notXML) Error() string        { return "the answer is not XML" }
func (notXML) RetryableError() bool { return true }

package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// itemReader reads the items of a distributed map from an object in S3: the elements of a JSON array.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
type itemReader struct {
	arguments template // {Bucket, Key}
}

func (p *parser) reader(m *mapState) {
	if !m.distributed {
		return
	}
	if p.has("Items") {
		p.fail("Items", "is only for an inline map")
	}
	if !p.has("ItemReader") {
		p.fail("ItemReader", "is missing")
	}
	q := p.object("ItemReader", p.where+": ItemReader", "Resource", "ReaderConfig", "Arguments")
	q.resource("s3:getObject")
	config := q.object("ReaderConfig", q.where+": ReaderConfig", "InputType")
	m.reader = &itemReader{q.template("Arguments")}
	if kind := config.text("InputType"); kind != "JSON" {
		config.fail("InputType", "%q is not supported", kind)
	}
	if m.reader.arguments == nil {
		q.fail("Arguments", "is missing")
	}
	q.join(config)
	p.join(q)
}

// items yields the items as they are read, so that memory holds those in work only.
func (r *itemReader) items(ctx context.Context, v *visit) (iter.Seq2[any, error], error) {
	value, err := r.arguments.eval(v.scope)
	if err != nil {
		return nil, err
	}
	arguments, _ := value.(map[string]any)
	bucket, hasBucket := arguments["Bucket"].(string)
	key, hasKey := arguments["Key"].(string)
	if !hasBucket || !hasKey {
		return nil, &Failure{Name: itemReaderFailed, Cause: "the ItemReader of state " + v.s.name + " names no Bucket or no Key"}
	}
	return func(yield func(any, error) bool) {
		body, err := v.x.engine.OpenItems(ctx, bucket, key)
		if err != nil {
			yield(nil, &Failure{Name: itemReaderFailed, Cause: fmt.Sprintf("opening s3://%s/%s: %v", bucket, key, err)})
			return
		}
		defer body.Close() // nothing was written
		if err := readArray(body, yield); err != nil {
			yield(nil, &Failure{Name: itemReaderFailed, Cause: fmt.Sprintf("reading s3://%s/%s: %v", bucket, key, err)})
		}
	}, nil
}

func readArray(body io.Reader, yield func(any, error) bool) error {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return errors.New("it is not a JSON array")
	}
	for decoder.More() {
		value, err := decodeNext(decoder)
		if err != nil {
			return err
		}
		if !yield(value, nil) {
			return nil
		}
	}
	_, err := decoder.Token() // an array that ends too early is no array
	return err
}

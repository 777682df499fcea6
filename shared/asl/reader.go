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
type itemReader struct{ arguments template } // {Bucket, Key}

func (p *parser) readItemReader(m *mapState) {
	if !m.distributed {
		return
	}
	if p.hasField("Items") {
		p.failField("Items", "is only for an inline map")
	}
	if !p.hasField("ItemReader") {
		p.failField("ItemReader", "is missing")
	}
	q := p.readObject("ItemReader", "Resource", "ReaderConfig", "Arguments")
	q.checkResource("s3:getObject")
	config := q.readObject("ReaderConfig", "InputType")
	m.reader = &itemReader{q.readTemplate("Arguments")}
	if kind := config.readText("InputType"); kind != "JSON" {
		config.failField("InputType", "%q is not supported", kind)
	}
	if m.reader.arguments == nil {
		q.failField("Arguments", "is missing")
	}
	q.adoptError(config)
	p.adoptError(q)
}

// readItems returns the items one by one, so that memory does not hold them all.
func (r *itemReader) readItems(ctx context.Context, v *visit) (iter.Seq2[any, error], error) {
	value, err := r.arguments.eval(v.variables)
	if err != nil {
		return nil, err
	}
	arguments, _ := value.(map[string]any)
	bucket, hasBucket := arguments["Bucket"].(string)
	key, hasKey := arguments["Key"].(string)
	if !hasBucket || !hasKey {
		return nil, &Failure{Name: itemReaderFailed, Cause: "the ItemReader of state " + v.s.name + " has no Bucket or no Key"}
	}
	return func(yield func(any, error) bool) {
		body, err := v.x.engine.OpenItems(ctx, bucket, key)
		if err != nil {
			yield(nil, &Failure{Name: itemReaderFailed, Cause: fmt.Sprintf("opening s3://%s/%s: %v", bucket, key, err)})
			return
		}
		defer body.Close() // only read
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
	_, err := decoder.Token() // of the end of the array
	return err
}

package asl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// itemReader reads the items of a distributed map from an object in S3: the elements of a JSON array, or JSON Lines.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
type itemReader struct {
	inputType string // JSON or JSONL
	maxItems  template
	arguments template // {Bucket, Key}
}

func (p *parser) reader(m *mapState) {
	if !p.has("ItemReader") {
		return
	}
	if p.has("Items") {
		p.fail("ItemReader", "excludes Items")
	}
	q := p.object("ItemReader", p.where+": ItemReader", "Resource", "ReaderConfig", "Arguments")
	name := q.text("Resource")
	if match := resource.FindStringSubmatch(name); match == nil || match[1] != "s3:getObject" {
		q.fail("Resource", "%q is not supported", name)
	}
	config := q.object("ReaderConfig", q.where+": ReaderConfig", "InputType", "MaxItems")
	m.reader = &itemReader{config.text("InputType"), config.amount("MaxItems"), q.template("Arguments")}
	if m.reader.inputType != "JSON" && m.reader.inputType != "JSONL" {
		config.fail("InputType", "%q is not supported", m.reader.inputType)
	}
	if m.reader.arguments == nil {
		q.fail("Arguments", "is missing")
	}
	q.join(config)
	p.join(q)
}

// items yields the items as they are read, so that memory holds those in work only.
func (r *itemReader) items(ctx context.Context, v *visit) (iter.Seq2[any, error], error) {
	most, err := evalNumber(r.maxItems, v.scope, "MaxItems", 0)
	if err != nil {
		return nil, err
	}
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
		if err := r.read(body, int(most), yield); err != nil {
			yield(nil, &Failure{Name: itemReaderFailed, Cause: fmt.Sprintf("reading s3://%s/%s: %v", bucket, key, err)})
		}
	}, nil
}

func (r *itemReader) read(body io.Reader, most int, yield func(any, error) bool) error {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	if r.inputType == "JSON" {
		if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
			return errors.New("it is not a JSON array")
		}
	}
	for n := 0; most == 0 || n < most; n++ {
		if r.inputType == "JSON" && !decoder.More() {
			_, err := decoder.Token() // an array that ends too early is no array
			return err
		}
		value, err := decodeNext(decoder)
		if errors.Is(err, io.EOF) && r.inputType == "JSONL" {
			return nil
		}
		if err != nil {
			return err
		}
		if !yield(value, nil) {
			return nil
		}
	}
	return nil
}

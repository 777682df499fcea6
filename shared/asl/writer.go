package asl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// resultWriter writes the outputs of the children of a distributed map to S3, so that the state's result stays small however
// many there are: the map run and the manifest of the files.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
type resultWriter struct{ arguments template } // {Bucket, Prefix}

func (p *parser) readResultWriter(m *mapState) {
	if !m.distributed || !p.hasField("ResultWriter") {
		return
	}
	q := p.readObject("ResultWriter", "Resource", "WriterConfig", "Arguments")
	q.checkResource("s3:putObject")
	config := q.readObject("WriterConfig", "Transformation", "OutputType")
	m.writer = &resultWriter{q.readTemplate("Arguments")}
	if kind := config.readText("Transformation"); kind != "COMPACT" {
		config.failField("Transformation", "%q is not supported", kind)
	}
	if kind := config.readText("OutputType"); kind != "JSON" {
		config.failField("OutputType", "%q is not supported", kind)
	}
	if m.writer.arguments == nil {
		q.failField("Arguments", "is missing")
	}
	q.adoptError(config)
	p.adoptError(q)
}

// manifest is the file that names the files of a map run's results.
type manifest struct {
	DestinationBucket string
	MapRunARN         string `json:"MapRunArn"`
	ResultFiles       map[string][]resultFile
}

// resultFile is one file of results and its size in bytes.
type resultFile struct {
	Key  string
	Size int64
}

// writeResults writes the outputs of the children that succeeded, and the manifest, and returns the result of the state.
func (w *resultWriter) writeResults(ctx context.Context, v *visit, run *MapRun) (data, error) {
	value, err := w.arguments.eval(v.variables)
	if err != nil {
		return data{}, err
	}
	arguments, _ := value.(map[string]any)
	bucket, hasBucket := arguments["Bucket"].(string)
	prefix, hasPrefix := arguments["Prefix"].(string)
	if !hasBucket || !hasPrefix {
		return data{}, &Failure{Name: resultWriterFailed, Cause: "the ResultWriter of state " + v.s.name + " has no Bucket or no Prefix"}
	}
	folder := strings.TrimSuffix(prefix, "/") + "/" + run.ARN[strings.LastIndexByte(run.ARN, ':')+1:] + "/"
	files := manifest{bucket, run.ARN, map[string][]resultFile{"FAILED": {}, "PENDING": {}, "SUCCEEDED": {}}}
	file := resultFile{Key: folder + "SUCCEEDED_0.json"}
	if file.Size, err = w.writeOutputs(ctx, v, run, bucket, file.Key); err == nil {
		files.ResultFiles["SUCCEEDED"] = []resultFile{file}
		err = w.writeManifest(ctx, v, files, bucket, folder+"manifest.json")
	}
	if err != nil {
		return data{}, &Failure{Name: resultWriterFailed, Cause: fmt.Sprintf("writing the results of state %s to s3://%s/%s: %v", v.s.name, bucket, folder, err)}
	}
	return encodeLimited("the result of state "+v.s.name, map[string]any{
		"MapRunArn": run.ARN, "ResultWriterDetails": map[string]any{"Bucket": bucket, "Key": folder + "manifest.json"},
	})
}

// writeOutputs streams the list of outputs, in the order of the items, and returns its size.
func (w *resultWriter) writeOutputs(ctx context.Context, v *visit, run *MapRun, bucket, key string) (int64, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() {
		out := bufio.NewWriter(writer)
		err := listOutputs(v.x.engine, run, out)
		if err == nil {
			err = out.Flush()
		}
		writer.CloseWithError(err)
	}()
	counted := &countingReader{Reader: reader}
	err := v.x.engine.WriteResult(ctx, bucket, key, counted)
	return counted.read, err
}

func listOutputs(engine *Engine, run *MapRun, out *bufio.Writer) error {
	separator := "["
	for _, child := range run.Children {
		x, known := engine.Lookup(child.ARN)
		if child.Status != Succeeded || !known {
			continue
		}
		if _, err := out.WriteString(separator); err != nil {
			return err
		}
		if _, err := out.Write(x.Describe().Output); err != nil {
			return err
		}
		separator = ","
	}
	if separator == "[" {
		_, err := out.WriteString("[]")
		return err
	}
	return out.WriteByte(']')
}

func (w *resultWriter) writeManifest(ctx context.Context, v *visit, files manifest, bucket, key string) error {
	text, err := json.Marshal(files)
	if err != nil {
		return err
	}
	return v.x.engine.WriteResult(ctx, bucket, key, bytes.NewReader(text))
}

// countingReader counts the bytes that are read.
type countingReader struct {
	io.Reader
	read int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	return n, err
}

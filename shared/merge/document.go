package merge

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"view360/shared/catalog"
	"view360/shared/collect"
	"view360/shared/object"
	"view360/shared/outcome"
	"view360/shared/snapshot"
)

// document is what one snapshot is made of, not its text.
type document struct {
	input    collect.Input
	outcomes map[string]outcome.Outcome     // by source
	sections map[string]collect.PartSection // by path
	owners   map[string]string              // source that filled a section, by path
}

func newDocument(in collect.Input, outputs []collect.Output) document {
	d := document{in, map[string]outcome.Outcome{}, map[string]collect.PartSection{}, map[string]string{}}
	for _, o := range outputs {
		d.outcomes[o.SourceName] = o.Outcome
		for path, section := range o.Sections {
			d.sections[path], d.owners[path] = section, o.SourceName
		}
	}
	return d
}

// writeDocument streams the document to the snapshot's key and returns its size in bytes.
func (h Handler) writeDocument(ctx context.Context, name snapshot.Name, d document) (int64, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() {
		w := documentWriter{ctx: ctx, staging: h.Staging, out: bufio.NewWriterSize(writer, 64<<10)}
		err := w.writeDocument(d)
		if err == nil {
			err = w.out.Flush()
		}
		writer.CloseWithError(err)
	}()
	return h.Data.Put(ctx, name.Key(), reader)
}

// documentWriter writes a document. After the first error its methods do nothing, and writeDocument returns that error.
type documentWriter struct {
	ctx     context.Context
	staging *object.Store
	out     *bufio.Writer
	err     error
}

func (w *documentWriter) writeDocument(d document) error {
	w.writeText(`{"meta":`)
	w.writeValue(d.buildMeta())
	for _, section := range catalog.SnapshotSections() {
		w.writeText(`,"` + section.Key + `":`)
		w.writeSection(d, section)
	}
	w.writeText("}\n")
	return w.err
}

func (w *documentWriter) writeSection(d document, section snapshot.Section) {
	switch {
	case section.Key == "logs":
		w.writeValue(d.buildLogs())
	case section.Key == "account":
		w.writeAccount(d)
	case len(section.Arrays) > 0 && d.hasSection(section.Key):
		w.writeObject(d, section)
	case !section.Object:
		w.writeList(d, section.Key)
	case d.hasSection(section.Key):
		w.copyPart(d.sections[section.Key])
	default:
		w.writeText("{}") // not [], which is a list (D8)
	}
}

func (w *documentWriter) writeObject(d document, section snapshot.Section) {
	for i, array := range section.Arrays {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		w.writeText(separator + `"` + array + `":`)
		w.writeList(d, section.Key+"."+array)
	}
	w.writeText("}")
}

func (w *documentWriter) writeList(d document, path string) {
	part, collected := d.sections[path]
	if !collected {
		w.writeText("[]")
		return
	}
	w.copyPart(part)
}

// writeAccount writes the account section, which is collected once, in the home region, with the region of the snapshot.
func (w *documentWriter) writeAccount(d document) {
	part, collected := d.sections["account"]
	if !collected || w.err != nil {
		w.writeText("{}")
		return
	}
	var account snapshot.Account
	if w.err = w.staging.GetJSON(w.ctx, part.Fragments[0].Key, &account); w.err != nil {
		return
	}
	account.Region = d.input.Region
	w.writeValue(account)
}

func (w *documentWriter) copyPart(part collect.PartSection) {
	for _, fragment := range part.Fragments {
		w.writeText(fragment.Text)
		w.copyObject(fragment.Key)
	}
}

func (w *documentWriter) copyObject(key string) {
	if key == "" || w.err != nil {
		return
	}
	body, _, err := w.staging.Open(w.ctx, object.Version{Key: key})
	if err != nil {
		w.err = err
		return
	}
	defer body.Close()
	if _, err := io.Copy(w.out, body); err != nil {
		w.err = fmt.Errorf("copying %s: %w", key, err)
	}
}

func (w *documentWriter) writeValue(v any) {
	if w.err != nil {
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		w.err = fmt.Errorf("encoding a section: %w", err)
		return
	}
	w.writeText(string(body))
}

func (w *documentWriter) writeText(text string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(text)
	}
}

// hasSection reports whether anything was collected for a top-level key.
func (d document) hasSection(key string) bool {
	for path := range d.sections {
		if path == key || strings.HasPrefix(path, key+".") {
			return true
		}
	}
	return false
}

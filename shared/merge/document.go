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

// write streams the document to the snapshot's key and returns its size in bytes.
func (h Handler) write(ctx context.Context, name snapshot.Name, d document) (int64, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() {
		w := documentWriter{ctx: ctx, staging: h.Staging, out: bufio.NewWriterSize(writer, 64<<10)}
		err := w.write(d)
		if err == nil {
			err = w.out.Flush()
		}
		writer.CloseWithError(err)
	}()
	return h.Data.Put(ctx, name.Key(), reader)
}

// documentWriter writes a document; after the first error every method does nothing and write returns that error.
type documentWriter struct {
	ctx     context.Context
	staging *object.Store
	out     *bufio.Writer
	err     error
}

func (w *documentWriter) write(d document) error {
	w.text(`{"meta":`)
	w.value(d.meta())
	for _, section := range catalog.SnapshotSections() {
		w.text(`,"` + section.Key + `":`)
		w.section(d, section)
	}
	w.text("}\n")
	return w.err
}

func (w *documentWriter) section(d document, section snapshot.Section) {
	switch {
	case section.Key == "logs":
		w.value(d.buildLogs())
	case section.Key == "account":
		w.account(d)
	case len(section.Arrays) > 0 && d.has(section.Key):
		w.object(d, section)
	case !section.Object:
		w.list(d, section.Key)
	case d.has(section.Key):
		w.part(d.sections[section.Key])
	default:
		w.text("{}") // not [], which readers would have to tell from a list (D8)
	}
}

func (w *documentWriter) object(d document, section snapshot.Section) {
	for i, array := range section.Arrays {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		w.text(separator + `"` + array + `":`)
		w.list(d, section.Key+"."+array)
	}
	w.text("}")
}

func (w *documentWriter) list(d document, path string) {
	part, collected := d.sections[path]
	if !collected {
		w.text("[]")
		return
	}
	w.part(part)
}

// account is collected once, in the home region; each region's snapshot names its own region in it.
func (w *documentWriter) account(d document) {
	part, collected := d.sections["account"]
	if !collected || w.err != nil {
		w.text("{}")
		return
	}
	var account snapshot.Account
	if w.err = w.staging.GetJSON(w.ctx, part.Fragments[0].Key, &account); w.err != nil {
		return
	}
	account.Region = d.input.Region
	w.value(account)
}

func (w *documentWriter) part(part collect.PartSection) {
	for _, fragment := range part.Fragments {
		w.text(fragment.Text)
		w.staged(fragment.Key)
	}
}

func (w *documentWriter) staged(key string) {
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

func (w *documentWriter) value(v any) {
	if w.err != nil {
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		w.err = fmt.Errorf("encoding a section: %w", err)
		return
	}
	w.text(string(body))
}

func (w *documentWriter) text(text string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(text)
	}
}

// has reports whether anything was collected for a top-level key.
func (d document) has(key string) bool {
	for path := range d.sections {
		if path == key || strings.HasPrefix(path, key+".") {
			return true
		}
	}
	return false
}

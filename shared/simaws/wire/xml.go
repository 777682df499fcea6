package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// RESTXML has a method and a path for each operation, and answers in XML.
type RESTXML struct {
	// Items names the elements of lists that are not called member, by the list's name.
	Items map[string]string
	// BareErrors leaves out the envelope of errors, as S3 does.
	BareErrors bool
}

// ErrorCodes implements [Protocol].
func (RESTXML) ErrorCodes() ErrorCodes {
	return ErrorCodes{
		Invalid: "InvalidArgument", BadToken: "InvalidArgument", NotFoundStatus: http.StatusNotFound,
	}.Or(Query{}.ErrorCodes())
}

// Decode implements [Protocol].
func (RESTXML) Decode(r *http.Request, _ []byte, routes []Route) (string, []byte, error) {
	name, variables := matchRoute(r, routes)
	input := Object{}
	for member, values := range r.URL.Query() {
		input[strings.ReplaceAll(member, "-", "")] = values[0]
	}
	for member, value := range variables {
		input[member] = value
	}
	encoded, err := encodeInput(input)
	return name, encoded, err
}

// Encode implements [Protocol]. The body is an object with one member: the root element.
func (p RESTXML) Encode(w http.ResponseWriter, a Answer) error {
	x := xmlWriter{items: p.Items, item: "member"}
	x.writeMembers(Normalize(a.Body))
	return x.send(w, "application/xml", http.StatusOK)
}

// EncodeError implements [Protocol].
func (p RESTXML) EncodeError(w http.ResponseWriter, e *Error) {
	if !p.BareErrors {
		Query{}.EncodeError(w, e)
		return
	}
	x := xmlWriter{}
	x.writeElement("Error", Object{"Code": e.Code, "Message": e.Message, "RequestId": "simulated"})
	_ = x.send(w, "application/xml", e.Status)
}

// Normalize turns an answer into objects, lists, texts, numbers, booleans and Times, by its JSON tags. Nil members are
// left out.
func Normalize(v any) any { return normalizeValue(reflect.ValueOf(v)) }

func normalizeValue(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return normalizeValue(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(Time); ok {
			return t
		}
		o := Object{}
		addFields(o, v)
		return o
	case reflect.Map:
		o := Object{}
		for _, key := range v.MapKeys() {
			if value := normalizeValue(v.MapIndex(key)); value != nil {
				o[key.String()] = value
			}
		}
		return o
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = normalizeValue(v.Index(i))
		}
		return list
	case reflect.String:
		return v.String()
	default:
		return v.Interface()
	}
}

// addFields adds the fields of the struct v, those of embedded structs included.
func addFields(o Object, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && name == "":
			addFields(o, v.Field(i))
		case strings.Contains(options, "omitempty") && v.Field(i).IsZero():
		default:
			if value := normalizeValue(v.Field(i)); value != nil {
				o[cmp.Or(name, field.Name)] = value
			}
		}
	}
}

// xmlWriter writes normalized values as XML elements.
type xmlWriter struct {
	buffer bytes.Buffer
	items  map[string]string // element names of lists by the list's name
	item   string            // of all other lists
}

func (x *xmlWriter) openTag(tag string)   { fmt.Fprintf(&x.buffer, "<%s>", tag) }
func (x *xmlWriter) closeTag(name string) { fmt.Fprintf(&x.buffer, "</%s>", name) }

// writeMembers writes the members of an object in the order of their names.
func (x *xmlWriter) writeMembers(v any) {
	o, _ := v.(Object)
	for _, name := range slices.Sorted(maps.Keys(o)) {
		x.writeElement(name, o[name])
	}
}

func (x *xmlWriter) writeElement(name string, v any) {
	x.openTag(name)
	switch v := v.(type) {
	case Object:
		x.writeMembers(v)
	case []any:
		item := cmp.Or(x.items[name], x.item)
		for _, element := range v {
			x.writeElement(item, element)
		}
	case Time:
		x.buffer.WriteString(FormatISO(v.Time))
	case json.Number:
		x.buffer.WriteString(v.String())
	default:
		// Escaping into a buffer cannot fail.
		_ = xml.EscapeText(&x.buffer, fmt.Append(nil, v))
	}
	x.closeTag(name)
}

func (x *xmlWriter) send(w http.ResponseWriter, contentType string, status int) error {
	return WriteBody(w, contentType, status, x.buffer.Bytes())
}

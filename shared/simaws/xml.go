package simaws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Time is a moment that each protocol writes in its own way: seconds since 1970 in JSON and CBOR, text in XML.
type Time struct{ time.Time }

// MarshalJSON writes seconds with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(t.UnixMilli())/1000), nil
}

// at is the optional form of a Time.
func at(t time.Time) *Time { return &Time{t} }

// iso is the text form with milliseconds that some JSON services use.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// plain turns an answer into objects, lists, texts, numbers, booleans and Times, by its JSON tags. Nil members vanish.
func plain(v any) any { return plainValue(reflect.ValueOf(v)) }

func plainValue(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plainValue(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(Time); ok {
			return t
		}
		o := object{}
		plainFields(o, v)
		return o
	case reflect.Map:
		o := object{}
		for _, key := range v.MapKeys() {
			if value := plainValue(v.MapIndex(key)); value != nil {
				o[key.String()] = value
			}
		}
		return o
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plainValue(v.Index(i))
		}
		return list
	case reflect.String:
		return v.String()
	default:
		return v.Interface()
	}
}

func plainFields(o object, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && name == "":
			plainFields(o, v.Field(i))
		case strings.Contains(options, "omitempty") && v.Field(i).IsZero():
		default:
			if value := plainValue(v.Field(i)); value != nil {
				o[first(name, field.Name)] = value
			}
		}
	}
}

// xmlWriter writes plain values as XML elements.
type xmlWriter struct {
	buffer bytes.Buffer
	items  map[string]string // element names of lists by the list's name
	item   string            // of all other lists
}

func (x *xmlWriter) bytes() []byte     { return x.buffer.Bytes() }
func (x *xmlWriter) open(tag string)   { fmt.Fprintf(&x.buffer, "<%s>", tag) }
func (x *xmlWriter) close(name string) { fmt.Fprintf(&x.buffer, "</%s>", name) }

// members writes the members of o, in the order of their names.
func (x *xmlWriter) members(v any) {
	o, _ := v.(object)
	for _, name := range sortedNames(o) {
		x.element(name, o[name])
	}
}

func (x *xmlWriter) element(name string, v any) {
	x.open(name)
	switch v := v.(type) {
	case object:
		x.members(v)
	case []any:
		item := first(x.items[name], x.item)
		for _, element := range v {
			x.element(item, element)
		}
	case Time:
		x.buffer.WriteString(iso(v.Time))
	case json.Number:
		x.buffer.WriteString(v.String())
	default:
		// Escaping into a buffer cannot fail.
		_ = xml.EscapeText(&x.buffer, fmt.Append(nil, v))
	}
	x.close(name)
}

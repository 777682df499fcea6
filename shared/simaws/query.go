package simaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// queryXML is the query protocol: the operation and its parameters in a form, the answer in XML. The ec2 flavour has
// its own envelope and names list elements item.
type queryXML struct {
	ec2 bool
	// items names the elements of lists that are not called member, by the list's name.
	items map[string]string
}

func (q queryXML) usual() usual {
	u := usual{
		denied: "AccessDenied", deniedStatus: http.StatusForbidden,
		throttled: "Throttling", throttledStatus: http.StatusBadRequest,
		invalid: "ValidationError", badToken: "ValidationError", unknown: "InvalidClientTokenId",
	}
	if q.ec2 {
		u.denied, u.throttled, u.throttledStatus = "UnauthorizedOperation", "RequestLimitExceeded", http.StatusServiceUnavailable
		u.invalid, u.badToken, u.unknown = "InvalidParameterValue", "InvalidNextToken", "AuthFailure"
	}
	return u
}

func (queryXML) read(_ *service, _ *http.Request, body []byte) (string, []byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, fmt.Errorf("parsing the form: %w", err)
	}
	root := object{}
	for name, values := range form {
		root.place(strings.Split(name, "."), values[0])
	}
	input, err := json.Marshal(listed(root))
	if err != nil {
		return "", nil, fmt.Errorf("encoding the input: %w", err)
	}
	return form.Get("Action"), input, nil
}

// place sets the value of a dotted name, such as Filter.1.Name.
func (o object) place(path []string, value string) {
	if len(path) == 1 {
		o[path[0]] = value
		return
	}
	child, ok := o[path[0]].(object)
	if !ok {
		child = object{}
		o[path[0]] = child
	}
	child.place(path[1:], value)
}

// listed turns objects numbered 1, 2, … (with or without a level called member or item) into lists.
func listed(v any) any {
	o, ok := v.(object)
	if !ok {
		return v
	}
	if len(o) == 1 {
		for _, wrapper := range []string{"member", "item"} {
			if inner, ok := o[wrapper].(object); ok {
				return listed(inner)
			}
		}
	}
	for name, child := range o {
		o[name] = listed(child)
	}
	var list []any
	for i := 1; i <= len(o); i++ {
		element, ok := o[fmt.Sprint(i)]
		if !ok {
			return o
		}
		list = append(list, element)
	}
	return list
}

func (q queryXML) write(w http.ResponseWriter, c *call, out any) error {
	name, requestID := c.operation.name, c.requestID()
	x := xmlWriter{items: q.items, item: "member"}
	if q.ec2 {
		x.item = "item"
		x.open(name + `Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"`)
		x.element("requestId", requestID)
		x.members(plain(out))
	} else {
		x.open(name + "Response")
		x.open(name + "Result")
		x.members(plain(out))
		x.close(name + "Result")
		x.element("ResponseMetadata", object{"RequestId": requestID})
	}
	x.close(name + "Response")
	return write(w, "text/xml", http.StatusOK, x.bytes())
}

func (q queryXML) fail(w http.ResponseWriter, f *failure) {
	x := xmlWriter{}
	if q.ec2 {
		x.element("Response", object{
			"Errors": object{"Error": object{"Code": f.code, "Message": f.message}}, "RequestID": "simulated",
		})
	} else {
		x.element("ErrorResponse", object{
			"Error": object{"Type": "Sender", "Code": f.code, "Message": f.message}, "RequestId": "simulated",
		})
	}
	// The answer is on its way; a client that has gone needs no second error.
	_ = write(w, "text/xml", f.status, x.bytes())
}

// restXML is what S3 and CloudFront speak. Only errors and the envelope differ between the two.
type restXML struct {
	s3    bool
	items map[string]string
}

func (r restXML) usual() usual {
	u := usual{
		denied: "AccessDenied", deniedStatus: http.StatusForbidden,
		throttled: "Throttling", throttledStatus: http.StatusBadRequest,
		invalid: "InvalidArgument", badToken: "InvalidArgument", unknown: "InvalidClientTokenId", rest: true,
	}
	if r.s3 {
		u.throttled, u.throttledStatus, u.unknown = "SlowDown", http.StatusServiceUnavailable, "InvalidAccessKeyId"
	}
	return u
}

func (restXML) read(s *service, r *http.Request, _ []byte) (string, []byte, error) {
	name, captured := s.route(r)
	input := object{}
	for member, values := range r.URL.Query() {
		input[strings.ReplaceAll(member, "-", "")] = values[0]
	}
	for member, value := range captured {
		input[member] = value
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		return "", nil, fmt.Errorf("encoding the input: %w", err)
	}
	return name, encoded, nil
}

// write expects an object with one member: the root element.
func (r restXML) write(w http.ResponseWriter, _ *call, out any) error {
	x := xmlWriter{items: r.items, item: "member"}
	x.members(plain(out))
	return write(w, "application/xml", http.StatusOK, x.bytes())
}

func (r restXML) fail(w http.ResponseWriter, f *failure) {
	if !r.s3 {
		queryXML{}.fail(w, f)
		return
	}
	x := xmlWriter{}
	x.element("Error", object{"Code": f.code, "Message": f.message, "RequestId": "simulated"})
	_ = write(w, "application/xml", f.status, x.bytes())
}

func sortedNames(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Query is the query protocol: the operation and its parameters in a form, the answer in XML.
type Query struct {
	// Items names the elements of lists that are not called member, by the list's name.
	Items map[string]string
}

// ErrorCodes implements [Protocol].
func (Query) ErrorCodes() ErrorCodes {
	return ErrorCodes{
		Denied: "AccessDenied", DeniedStatus: http.StatusForbidden,
		Throttled: "Throttling", ThrottledStatus: http.StatusBadRequest,
		Invalid: "ValidationError", BadToken: "ValidationError",
		Unknown: "InvalidClientTokenId", Expired: "ExpiredToken", NotFoundStatus: http.StatusBadRequest,
	}
}

// Decode implements [Protocol].
func (Query) Decode(_ *http.Request, body []byte, _ []Route) (string, []byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, fmt.Errorf("parsing the form: %w", err)
	}
	input := Object{}
	for name, values := range form {
		setMember(input, strings.Split(name, "."), values[0])
	}
	for name, value := range input {
		input[name] = toList(value)
	}
	encoded, err := encodeInput(input)
	return form.Get("Action"), encoded, err
}

// setMember sets the value of a dotted name, such as Filter.1.Name.
func setMember(o Object, path []string, value string) {
	if len(path) == 1 {
		o[path[0]] = value
		return
	}
	child, ok := o[path[0]].(Object)
	if !ok {
		child = Object{}
		o[path[0]] = child
	}
	setMember(child, path[1:], value)
}

// toList turns objects numbered 1, 2, … (with or without a level called member or item) into lists.
func toList(v any) any {
	o, ok := v.(Object)
	if !ok {
		return v
	}
	if len(o) == 1 {
		for _, wrapper := range []string{"member", "item"} {
			if inner, ok := o[wrapper].(Object); ok {
				return toList(inner)
			}
		}
	}
	for name, child := range o {
		o[name] = toList(child)
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

// Encode implements [Protocol].
func (q Query) Encode(w http.ResponseWriter, a Answer) error {
	x := xmlWriter{items: q.Items, item: "member"}
	x.openTag(a.Operation + "Response")
	x.openTag(a.Operation + "Result")
	x.writeMembers(Normalize(a.Body))
	x.closeTag(a.Operation + "Result")
	x.writeElement("ResponseMetadata", Object{"RequestId": a.RequestID})
	x.closeTag(a.Operation + "Response")
	return x.send(w, "text/xml", http.StatusOK)
}

// EncodeError implements [Protocol].
func (Query) EncodeError(w http.ResponseWriter, e *Error) {
	x := xmlWriter{}
	x.writeElement("ErrorResponse", Object{
		"Error": Object{"Type": "Sender", "Code": e.Code, "Message": e.Message}, "RequestId": "simulated",
	})
	_ = x.send(w, "text/xml", e.Status)
}

// EC2 is the query protocol with an envelope and error codes of its own. Elements of lists are called item.
type EC2 struct{}

// ErrorCodes implements [Protocol].
func (EC2) ErrorCodes() ErrorCodes {
	return ErrorCodes{
		Denied: "UnauthorizedOperation", Throttled: "RequestLimitExceeded", ThrottledStatus: http.StatusServiceUnavailable,
		Invalid: "InvalidParameterValue", BadToken: "InvalidNextToken", Unknown: "AuthFailure",
	}.Or(Query{}.ErrorCodes())
}

// Decode implements [Protocol].
func (EC2) Decode(r *http.Request, body []byte, routes []Route) (string, []byte, error) {
	return Query{}.Decode(r, body, routes)
}

// Encode implements [Protocol].
func (EC2) Encode(w http.ResponseWriter, a Answer) error {
	x := xmlWriter{item: "item"}
	x.openTag(a.Operation + `Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"`)
	x.writeElement("requestId", a.RequestID)
	x.writeMembers(Normalize(a.Body))
	x.closeTag(a.Operation + "Response")
	return x.send(w, "text/xml", http.StatusOK)
}

// EncodeError implements [Protocol].
func (EC2) EncodeError(w http.ResponseWriter, e *Error) {
	x := xmlWriter{}
	x.writeElement("Response", Object{
		"Errors": Object{"Error": Object{"Code": e.Code, "Message": e.Message}}, "RequestID": "simulated",
	})
	_ = x.send(w, "text/xml", e.Status)
}

package wire_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"

	"view360/shared/simaws/wire"
)

var noon = time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)

func TestRequestsAreDecoded(t *testing.T) {
	t.Parallel()
	routes := []wire.Route{{"ListThings", "GET /things"}, {"GetThing", "GET /things/{Id}"}, {"GetByARN", "GET /arn/{Arn+}"}}
	for name, c := range map[string]struct {
		protocol     wire.Protocol
		request      string
		target, body string
		operation    string
		input        string
	}{
		"JSON":                   {wire.JSON{}, "POST /", "Service.ListThings", `{"Limit":3}`, "ListThings", `{"Limit":3}`},
		"JSON without a body":    {wire.JSON{}, "POST /", "Service.ListThings", "", "ListThings", `{}`},
		"REST-JSON":              {wire.RESTJSON{}, "GET /things/a%2Fb?max=3", "", `{"Kind":"x"}`, "GetThing", `{"Id":"a/b","Kind":"x","max":"3"}`},
		"REST-JSON, whole path":  {wire.RESTJSON{}, "GET /arn/arn:aws:x/1/2", "", "", "GetByARN", `{"Arn":"arn:aws:x/1/2"}`},
		"REST-JSON, no route":    {wire.RESTJSON{}, "PUT /things", "", "", "PUT /things", `{}`},
		"REST-XML":               {wire.RESTXML{}, "GET /things?max-things=3", "", "", "ListThings", `{"maxthings":"3"}`},
		"query with lists":       {wire.Query{}, "POST /", "", "Action=Do&Names.member.1=a&Names.member.2=b&Filter.1.Name=n", "Do", `{"Action":"Do","Filter":[{"Name":"n"}],"Names":["a","b"]}`},
		"query of EC2 with list": {wire.EC2{}, "POST /", "", "Action=Do&Filter.1.Value.1=v", "Do", `{"Action":"Do","Filter":[{"Value":["v"]}]}`},
		"CBOR": {wire.CBOR{}, "POST /service/S/operation/Do", "", string(cbor.Encode(cbor.Map{"names": cbor.List{cbor.String("a")}, "on": cbor.Bool(true)})),
			"Do", `{"names":["a"],"on":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(c.request, " ")
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("X-Amz-Target", c.target)
			operation, input, err := c.protocol.Decode(r, []byte(c.body), routes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{c.operation, c.input}, []string{operation, string(input)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokenRequestsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		protocol wire.Protocol
		body     string
	}{
		"JSON without a target":    {wire.JSON{}, "{}"},
		"REST-JSON with half JSON": {wire.RESTJSON{}, `{"a":`},
		"query with a bad escape":  {wire.Query{}, "Action=%zz"},
		"CBOR with half a map":     {wire.CBOR{}, "\xa1"},
		"CBOR that is not a map":   {wire.CBOR{}, "\x01"},
	} {
		if _, _, err := c.protocol.Decode(httptest.NewRequest(http.MethodPost, "/", nil), []byte(c.body), nil); err == nil {
			t.Errorf("%s is decoded", name)
		}
	}
}

func TestAnswersAndErrorsAreEncoded(t *testing.T) {
	t.Parallel()
	body := wire.Object{"Root": struct {
		Name  string
		Made  wire.Time
		Tags  []string
		None  *int
		Inner int `json:"-"`
	}{"<a>", wire.Time{Time: noon}, []string{"x"}, nil, 1}}
	for name, c := range map[string]struct {
		protocol       wire.Protocol
		answer, failed string
	}{
		"JSON": {wire.JSON{}, `{"Root":{"Name":"\u003ca\u003e","Made":1795003200.000,"Tags":["x"],"None":null}}`,
			`{"Message":"no","__type":"Denied","message":"no"}`},
		"query": {wire.Query{Items: map[string]string{"Tags": "Tag"}}, `<DoResponse><DoResult><Root><Made>2026-11-18T12:00:00.000Z</Made><Name>&lt;a&gt;</Name><Tags><Tag>x</Tag></Tags></Root></DoResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>`,
			`<ErrorResponse><Error><Code>Denied</Code><Message>no</Message><Type>Sender</Type></Error><RequestId>simulated</RequestId></ErrorResponse>`},
		"EC2": {wire.EC2{}, `<DoResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id</requestId><Root><Made>2026-11-18T12:00:00.000Z</Made><Name>&lt;a&gt;</Name><Tags><item>x</item></Tags></Root></DoResponse>`,
			`<Response><Errors><Error><Code>Denied</Code><Message>no</Message></Error></Errors><RequestID>simulated</RequestID></Response>`},
		"REST-XML": {wire.RESTXML{BareErrors: true}, `<Root><Made>2026-11-18T12:00:00.000Z</Made><Name>&lt;a&gt;</Name><Tags><member>x</member></Tags></Root>`,
			`<Error><Code>Denied</Code><Message>no</Message><RequestId>simulated</RequestId></Error>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			if err := c.protocol.Encode(w, wire.Answer{Operation: "Do", RequestID: "id", Body: body}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.answer, w.Body.String()); diff != "" {
				t.Error(diff)
			}
			w = httptest.NewRecorder()
			c.protocol.EncodeError(w, &wire.Error{Status: http.StatusForbidden, Code: "Denied", Message: "no"})
			if diff := cmp.Diff(c.failed, w.Body.String()); diff != "" || w.Code != http.StatusForbidden {
				t.Errorf("status %d: %s", w.Code, diff)
			}
		})
	}
}

package enforcetest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"view360/infra/policy"
)

// bucket is a bucket of the deployment.
type bucket struct {
	name, owner, region string
	policy              []policy.Document
	versioned           bool
	hub                 bool   // the data bucket
	key                 string // ARN of the KMS key; "" if S3 manages it
	keyPolicy           []policy.Document
	bucketKey           bool // the encryption context is the bucket instead of the object
}

// need is one permission that a request needs.
type need struct {
	action, resource string
	key              bool // an action of the bucket's KMS key, for the object resource
}

// serveObject decides a request for an object, or for the list of a bucket, and forwards it.
func (g *gate) serveObject(w http.ResponseWriter, r *http.Request, role *Role) {
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	b := g.buckets[name]
	if b == nil {
		writeDenied(w, r, "the deployment has no bucket "+name)
		return
	}
	for _, header := range []string{"X-Amz-Expected-Bucket-Owner", "X-Amz-Source-Expected-Bucket-Owner"} {
		if expected := r.Header.Get(header); expected != "" && expected != b.owner {
			writeDenied(w, r, "the bucket belongs to "+b.owner)
			return
		}
	}
	for _, n := range b.listNeeds(r, key) {
		if reason := g.decideObject(r, role, b, n); reason != "" {
			writeDenied(w, r, formatDenied(role, n.action, n.resource, reason))
			return
		}
	}
	g.forwardObject(w, r, role, b, key)
}

// listNeeds returns the permissions for a request. An empty key is a request for the bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func (b *bucket) listNeeds(r *http.Request, key string) []need {
	query := r.URL.Query()
	object, version := "arn:aws:s3:::"+b.name+"/"+key, ""
	if query.Get("versionId") != "" {
		version = "Version"
	}
	var needs []need
	switch {
	case key == "":
		return []need{{action: "s3:ListBucket", resource: "arn:aws:s3:::" + b.name}}
	case r.Method == http.MethodGet && query.Has("uploadId"):
		return []need{{action: "s3:ListMultipartUploadParts", resource: object}}
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		needs = append(needs, need{action: "s3:GetObject" + version, resource: object})
		if r.Method == http.MethodGet {
			needs = append(needs, need{action: "kms:Decrypt", resource: object, key: true})
		}
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		needs = append(needs, need{action: "s3:AbortMultipartUpload", resource: object})
	case r.Method == http.MethodDelete:
		needs = append(needs, need{action: "s3:DeleteObject" + version, resource: object})
	default:
		needs = append(b.listCopyNeeds(r), need{action: "s3:PutObject", resource: object}, need{action: "kms:GenerateDataKey", resource: object, key: true})
		if query.Has("uploadId") { // S3 reads the parts
			needs = append(needs, need{action: "kms:Decrypt", resource: object, key: true})
		}
	}
	return needs
}

// listCopyNeeds returns the permissions to read the source of a copy.
func (b *bucket) listCopyNeeds(r *http.Request) []need {
	source, err := url.PathUnescape(strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/"))
	if err != nil || source == "" {
		return nil
	}
	action := "s3:GetObject"
	source, _, versioned := strings.Cut(source, "?versionId=")
	if versioned {
		action += "Version"
	}
	return []need{{action: action, resource: "arn:aws:s3:::" + source}, {action: "kms:Decrypt", resource: "arn:aws:s3:::" + source, key: true}}
}

// decideObject decides one permission on the policies of the role, the bucket and its key.
func (g *gate) decideObject(r *http.Request, role *Role, b *bucket, n need) string {
	if n.key {
		if b.key == "" {
			return ""
		}
		context := map[string]string{"kms:ViaService": "s3." + b.region + ".amazonaws.com", "kms:EncryptionContext:aws:s3:arn": n.resource}
		if b.bucketKey {
			context["kms:EncryptionContext:aws:s3:arn"] = "arn:aws:s3:::" + b.name
		}
		return g.decide(role, n.action, b.key, g.buildContext(b.owner, context), policy.Policies{Owner: b.owner, Delegated: true, Resource: b.keyPolicy})
	}
	context := map[string]string{"s3:ResourceAccount": b.owner, "s3:TlsVersion": "1.3"}
	if query := r.URL.Query(); query.Has("prefix") {
		context["s3:prefix"] = query.Get("prefix")
	}
	for _, header := range []string{"x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"} {
		if value := r.Header.Get(header); value != "" {
			context["s3:"+header] = value
		}
	}
	return g.decide(role, n.action, n.resource, g.buildContext(b.owner, context), policy.Policies{Owner: b.owner, Resource: b.policy})
}

// forwardObject forwards a request that is allowed. The store has no versions: the id of a version is its ETag.
func (g *gate) forwardObject(w http.ResponseWriter, r *http.Request, role *Role, b *bucket, key string) {
	query := r.URL.Query()
	if version := query.Get("versionId"); version != "" {
		query.Del("versionId")
		r.URL.RawQuery = query.Encode()
		r.Header.Set("If-Match", `"`+version+`"`)
	}
	if source, version, found := strings.Cut(r.Header.Get("X-Amz-Copy-Source"), "?versionId="); found {
		r.Header.Set("X-Amz-Copy-Source", source)
		r.Header.Set("X-Amz-Copy-Source-If-Match", `"`+version+`"`)
	}
	found := httptest.NewRecorder() // objects of tests are small
	g.objects.ServeHTTP(found, r)
	etag := strings.Trim(found.Header().Get("ETag"), `"`)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case key != "" && reads && found.Code == http.StatusNotFound && g.hidesMissing(r, role, b):
		writeDenied(w, r, "")
		return
	case r.Method == http.MethodDelete && found.Code == http.StatusPreconditionFailed: // deleted before
		w.WriteHeader(http.StatusNoContent)
		return
	case b.versioned && key != "" && etag != "":
		found.Header().Set("X-Amz-Version-Id", etag)
	}
	for name, values := range found.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(found.Code)
	_, _ = w.Write(found.Body.Bytes()) // a client that is gone needs no answer
	if b.hub && found.Code == http.StatusOK && (r.Method == http.MethodPut && !query.Has("partNumber") || r.Method == http.MethodPost && query.Has("uploadId")) {
		g.arrived(key)
	}
}

// hidesMissing reports whether S3 says that access is denied instead of that the object is missing.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (g *gate) hidesMissing(r *http.Request, role *Role, b *bucket) bool {
	return g.decideObject(r, role, b, need{action: "s3:ListBucket", resource: "arn:aws:s3:::" + b.name}) != ""
}

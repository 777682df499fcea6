package s3disk

import (
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"view360/shared/apimodel"

	"github.com/johannesboyne/gofakes3"
)

// guard wraps gofakes3: it accepts requests only from this process, which has the access key, and checks the conditions
// that gofakes3 ignores.
type guard struct {
	next    http.Handler
	objects *disk
	key     string
}

// ServeHTTP rejects requests without the access key, because every user and web page of this machine can reach the port,
// and those that S3's API model refuses.
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	copied, ifMatch := r.Header.Get("X-Amz-Copy-Source"), r.Header.Get("X-Amz-Copy-Source-If-Match")
	if !strings.Contains(r.Header.Get("Authorization"), "Credential="+g.key+"/") {
		writeError(w, http.StatusForbidden, "AccessDenied", "this endpoint serves one process only")
		return
	}
	if err := apimodel.CheckRequest(r); err != nil {
		writeError(w, http.StatusBadRequest, "InvalidArgument", err.Error())
		return
	}
	switch {
	case slices.ContainsFunc(strings.Split(r.URL.Path, "/"), func(part string) bool { return part == "." || part == ".." }):
		writeError(w, http.StatusBadRequest, "InvalidArgument", "a folder cannot store a key with . or .. between slashes")
	case copied != "" && ifMatch != "" && !g.sourceMatches(copied, ifMatch):
		writeError(w, http.StatusPreconditionFailed, "PreconditionFailed", "the source was replaced")
	case r.Method == http.MethodDelete && r.Header.Get("If-Match") != "":
		g.deleteIfMatch(w, strings.TrimPrefix(r.URL.Path, "/"), r.Header.Get("If-Match"))
	default:
		g.next.ServeHTTP(w, r)
	}
}

// sourceMatches reports whether a copy's source has the ETag. It returns true for a missing source, which the copy itself
// reports.
func (g guard) sourceMatches(source, etag string) bool {
	name, err := url.PathUnescape(strings.TrimPrefix(source, "/"))
	if err != nil {
		return true
	}
	info, err := g.objects.root.Stat(path.Clean(name))
	return err != nil || quoteETag(info) == etag
}

// deleteIfMatch removes an object if it still has the ETag, see
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
func (g guard) deleteIfMatch(w http.ResponseWriter, name, etag string) {
	g.objects.mu.Lock()
	defer g.objects.mu.Unlock()
	info, err := g.objects.root.Stat(path.Clean(name))
	if err != nil {
		writeError(w, http.StatusNotFound, "NoSuchKey", "the object does not exist")
		return
	}
	if quoteETag(info) != etag {
		writeError(w, http.StatusPreconditionFailed, "PreconditionFailed", "the object was replaced")
		return
	}
	if err := g.objects.removeObject(path.Clean(name)); err != nil {
		writeError(w, http.StatusInternalServerError, string(gofakes3.ErrInternal), err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func quoteETag(info fs.FileInfo) string { return `"` + hex.EncodeToString(computeETag(info)) + `"` }

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, html.EscapeString(message))
}

package page

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
)

// contentSecurityPolicy allows the page's own files only, and no inline scripts.
const contentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard protects next, which listens at a loopback address such as 127.0.0.1:8360, from other sites in the operator's
// browser. It rejects requests with a host name that resolves to this machine (DNS rebinding), forms that post here from
// another origin, and frames around the page.
func Guard(address string, next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	return sameOrigin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(allowedHosts(address), r.Host) {
			http.Error(w, "This page is available only at http://"+address, http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	}))
}

// allowedHosts returns the names of the loopback address with the port of address.
func allowedHosts(address string) []string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return []string{address}
	}
	return []string{net.JoinHostPort(host, port), net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port)}
}

// cacheForDay lets the browser cache assets, which have a version in their addresses.
func cacheForDay(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=86400")
		next.ServeHTTP(w, r)
	})
}

// refuseFolders answers 404 to the address of a folder, which a file server would list.
func refuseFolders(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" || strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// newToken returns the secret that a form of this process sends back, so that forged forms are rejected.
func newToken() string { return rand.Text() }

// checkToken returns an error if a form does not come from this process.
func (p *page) checkToken(r *http.Request) error {
	if subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(p.token)) == 1 {
		return nil
	}
	return &httpError{http.StatusForbidden, "This form is out of date. Go back, reload the page, and try again."}
}

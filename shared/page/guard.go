package page

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
)

// contentSecurityPolicy lets the browser load nothing but the page's own files, and run no script that stands in a document.
const contentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard answers for the loopback address that a process listens at, such as 127.0.0.1:8360, and hands next only what the
// operator asks for. It refuses what another site asks through the operator's browser: by a name that resolves to this
// machine (DNS rebinding), by a form that posts here, by a frame around the page.
func Guard(address string, next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	return sameOrigin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(allowedHosts(address), r.Host) {
			http.Error(w, "This page answers only to its own address, http://"+address, http.StatusMisdirectedRequest)
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

// allowedHosts are the names of the loopback address, with the port of address.
func allowedHosts(address string) []string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return []string{address}
	}
	return []string{net.JoinHostPort(host, port), net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port)}
}

// cacheForDay lets the browser keep the files of this process: their addresses carry a version.
func cacheForDay(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=86400")
		next.ServeHTTP(w, r)
	})
}

// newToken is what a form of this process carries, so that a form of somebody else is recognised.
func newToken() string { return rand.Text() }

// hasValidToken reports whether a form came from this process.
func (p *page) hasValidToken(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(p.token)) == 1
}

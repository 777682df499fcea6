package analytics

import "view360/infra/bundle"

// Certificates are the root certificates of the database, for a program that does not run as a function.
func (h *Hub) Certificates() []bundle.File { return h.certificates() }

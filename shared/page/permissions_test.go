package page

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// grants is an organization that lacks actions until they are granted.
type grants struct{ denied []string }

func (g *grants) ListDenied(string) []string { return slices.Clone(g.denied) }

func (g *grants) Grant(_ string, actions []string) {
	g.denied = slices.DeleteFunc(g.denied, func(a string) bool { return slices.Contains(actions, a) })
}

func TestMissingPermissionIsGranted(t *testing.T) {
	t.Parallel()
	permissions := &grants{denied: []string{"kms:ListKeys", "ce:GetCostForecast"}}
	s := newSite(t, Options{Permissions: permissions, Banner: "Invented numbers"})
	cell := regexp.MustCompile(`href="(/coverage/\d{12}/kms)"`).FindStringSubmatch(s.get("/coverage"))[1]
	body := s.get(cell)
	s.expect(body, "Grant the permission", "Allows kms:ListKeys in this account", "Invented numbers")
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(body)[1]
	if answer, _ := s.ask(http.MethodPost, cell+"/grant", nil, url.Values{"token": {"x"}}); answer.StatusCode != http.StatusForbidden || len(permissions.denied) != 2 {
		t.Errorf("a forged form: %s, denied are %v", answer.Status, permissions.denied)
	}
	if answer, _ := s.ask(http.MethodPost, cell+"/grant", nil, url.Values{"token": {token}}); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("granting: %s", answer.Status)
	}
	if len(permissions.denied) != 1 || strings.Contains(s.get(cell), "Grant the permission") {
		t.Errorf("still denied are %v", permissions.denied)
	}
	for _, page := range []string{"/", "/coverage", "/data"} {
		s.expect(s.get(page), "Invented numbers")
	}
}

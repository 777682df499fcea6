package certificatemanager_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect"
	"view360/shared/collect/certificatemanager"
	"view360/shared/collecttest"
	"view360/shared/fault"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.certificate_manager"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, certificatemanager.Collector, simaws.Options{})
}

func certificates(t *testing.T, r collecttest.Result) []snapshot.Certificate {
	t.Helper()
	return collecttest.Elements[snapshot.Certificate](t, r, section)
}

func arn(i int) string {
	return fmt.Sprintf("arn:aws:acm:us-east-1:528416073925:certificate/%d", i)
}

// set gives the account exactly n certificates, the i-th changed by change.
func set(b *collecttest.Bench, n int, change func(i int, c *simaws.Certificate)) {
	var many []simaws.Certificate
	for i := range n {
		c := simaws.Certificate{ARN: arn(i), DomainName: "shop.example", KeyAlgorithm: "RSA_2048", SignatureAlgorithm: "SHA256WITHRSA", Status: "ISSUED"}
		change(i, &c)
		many = append(many, c)
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
}

func asIs(int, *simaws.Certificate) {}

func TestGolden(t *testing.T) {
	b := bench(t)
	b.Request.Account = collecttest.Sandbox
	b.Passed().Golden(t, "certificatemanager")
	b.LeastPrivilege()
}

func TestEveryPageIsRead(t *testing.T) { // D14
	b := bench(t)
	set(b, 1200, asIs)
	got := certificates(t, b.Passed())
	if len(got) != 1200 {
		t.Fatalf("got %d certificates, want 1200", len(got))
	}
	for i, c := range got {
		if *c.ARN != arn(i) {
			t.Fatalf("certificate %d is %s: the list's order is lost", i, *c.ARN)
		}
	}
}

func TestThrottlingLosesNothing(t *testing.T) { // D15
	b := bench(t)
	want := certificates(t, b.Passed())
	b.Fault(simaws.Fault{Kind: simaws.Throttled, Rate: 0.2})
	result := b.Passed()
	t.Logf("%d throttles in %d calls", result.Throttles, result.Calls)
	if result.Throttles == 0 {
		t.Error("nothing was throttled")
	}
	if diff := cmp.Diff(want, certificates(t, result)); diff != "" {
		t.Errorf("(-calm +throttled):\n%s", diff)
	}
}

func TestEveryKeyAlgorithmIsListed(t *testing.T) { // D55
	b := bench(t)
	algorithms := []string{"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"}
	set(b, len(algorithms), func(i int, c *simaws.Certificate) { c.KeyAlgorithm = algorithms[i] })
	var got []string
	for _, c := range certificates(t, b.Passed()) {
		got = append(got, *c.KeyAlgorithm)
	}
	if diff := cmp.Diff(algorithms, got); diff != "" {
		t.Errorf("algorithms (-want +got):\n%s", diff)
	}
}

func TestUnreadableCertificateLeavesTheOthers(t *testing.T) { // D55
	b := bench(t)
	set(b, 3, func(i int, c *simaws.Certificate) { c.Closed = i == 1 })
	result := b.Run()
	if result.Status != collect.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "acm:DescribeCertificate") {
		t.Errorf("got status %q with %d warnings (%s)", result.Status, result.Warnings, result.Reason)
	}
	got := certificates(t, result)
	if len(got) != 3 {
		t.Fatalf("got %d certificates, want all 3", len(got))
	}
	if closed := got[1]; closed.SignatureAlgorithm != nil || *closed.DomainName != "shop.example" || len(closed.KeyUsages) != 2 {
		t.Errorf("the unreadable one is %+v, want what the list knows", closed)
	}
	if *got[2].SignatureAlgorithm != "SHA256WITHRSA" || got[2].ExtendedKeyUsages[0].OID == nil {
		t.Errorf("the one after it is %+v", got[2])
	}
}

func TestCertificateDeletedMeanwhileIsSkipped(t *testing.T) {
	b := bench(t)
	set(b, 2, asIs)
	b.Override(simaws.Answer{Service: "acm", Operation: "DescribeCertificate", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), arn(0)) {
			return nil, simaws.Failure(400, "ResourceNotFoundException", "gone")
		}
		return nil, simaws.ErrPassOn
	}})
	if got := certificates(t, b.Passed()); len(got) != 1 || *got[0].ARN != arn(1) {
		t.Errorf("got %v", got)
	}
}

func TestDenied(t *testing.T) {
	b := bench(t)
	b.Fault(simaws.Fault{Operation: "ListCertificates", Kind: simaws.Denied})
	if result := b.Run(); fault.ClassOf(result.Err) != fault.Denied || result.Err.Error() != "denied acm:ListCertificates" {
		t.Errorf("got %v", result.Err)
	}
}

func TestEmpty(t *testing.T) {
	b := bench(t)
	set(b, 0, asIs)
	if got := string(b.Passed().Content[section]); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
